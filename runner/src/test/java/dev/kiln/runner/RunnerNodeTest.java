package dev.kiln.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.FrameSpace;
import dev.kiln.frame.MemoryLimits;
import dev.kiln.frame.OperandPolicy;
import dev.kiln.frame.SpaceOptions;
import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.wire.Message.Cancel;
import dev.kiln.runner.wire.Message.Ended;
import dev.kiln.runner.wire.Message.Ending;
import dev.kiln.runner.wire.Message.Execute;
import dev.kiln.runner.wire.Message.Retire;
import dev.kiln.runner.wire.Message.RetireAnswer;
import dev.kiln.runner.wire.Message.Returned;
import dev.kiln.runner.wire.Message.Shutdown;
import dev.kiln.runner.wire.Message.SlotFreed;
import dev.kiln.runner.wire.Message.Threw;
import dev.kiln.runner.wire.RunnerSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunnerNodeTest {
    private static final ProcessRef CALLER = new ProcessRef("p-caller", 1);
    private static final ProcessRef SELF = new ProcessRef("p-1", 1);
    private static final byte[] NO_CHECK = {};

    // What closures wait for: they are read anew by the runner and capture nothing.
    private static volatile CountDownLatch began = new CountDownLatch(1);
    private static volatile CountDownLatch goOn = new CountDownLatch(1);

    private final FakeLink link = new FakeLink();
    private final CompletableFuture<String> exit = new CompletableFuture<>();
    private final FrameSpace caller = FrameSpace.open(CALLER, new NoPeers(), SpaceOptions.defaults());
    private RunnerNode node;

    /** Remembers what is sent; what has not left yet is for the test to say. */
    @BeforeEach
    void start() {
        began = new CountDownLatch(1);
        goOn = new CountDownLatch(1);
        node = nodeWithGrace(Duration.ofMinutes(1));
    }

    private RunnerNode nodeWithGrace(Duration grace) {
        return new RunnerNode(settings(grace), link, exit::complete);
    }

    private static RunnerSettings settings(Duration grace) {
        Duration minute = Duration.ofMinutes(1);
        return new RunnerSettings(
                "p",
                CALLER,
                SELF,
                minute,
                minute,
                grace,
                minute,
                true,
                false,
                false,
                false,
                MemoryLimits.defaults(1),
                OperandPolicy.SMALLER_MOVES,
                false);
    }

    @AfterEach
    void stop() {
        goOn.countDown();
        node.stop("the test is over");
        caller.close();
    }

    private void execute(long call, long timeoutMillis, RemoteCallable<?> work) {
        node.received(link, new Execute(call, 1, CALLER, true, timeoutMillis, Map.of(), pack(work)));
    }

    private byte[] pack(RemoteCallable<?> work) {
        try (var parcel = caller.packWork(work)) {
            return parcel.bytes();
        }
    }

    private Object next() throws InterruptedException {
        return link.events.take();
    }

    private static String waits() throws InterruptedException {
        began.countDown();
        goOn.await();
        return "done";
    }

    private static String waitsWhateverHappens() {
        began.countDown();
        boolean waiting = true;
        while (waiting) {
            try {
                goOn.await();
                waiting = false;
            } catch (InterruptedException e) {
                // It does not listen.
            }
        }
        return "done";
    }

    @Test
    @DisplayName("C-01: what a closure returns is sent home")
    void whatAClosureReturnsIsSentHome() throws Exception {
        execute(
                1,
                0,
                () -> Runner.current().orElseThrow().id() + " of "
                        + Runner.current().orElseThrow().pool());
        var returned = assertInstanceOf(Returned.class, next());
        assertEquals(1, returned.call());
        assertEquals("p-1 of p", caller.unpack(returned.result(), SELF));
    }

    @Test
    @DisplayName("C-04: what a closure throws is sent home, and the runner goes on")
    void whatAClosureThrowsIsSentHome() throws Exception {
        execute(1, 0, () -> {
            throw new StackOverflowError("deep");
        });
        var threw = assertInstanceOf(Threw.class, next());
        assertEquals("deep", ((Throwable) caller.unpack(threw.failure(), SELF)).getMessage());
        execute(2, 0, () -> 7);
        assertInstanceOf(Returned.class, next());
    }

    @Test
    @DisplayName("C-05: a closure that outlives its time is interrupted, and its thread has left when that is said")
    void aClosureThatOutlivesItsTimeIsInterrupted() throws Exception {
        execute(1, 1, RunnerNodeTest::waits);
        assertEquals(new Ended(1, 1, Ending.TIMED_OUT, true), next());
        assertInstanceOf(Threw.class, next());
    }

    @Test
    @DisplayName("C-05: a closure that does not stop is told so, and its slot is freed when it has ended after all")
    void aClosureThatDoesNotStopIsToldSo() throws Exception {
        RunnerNode impatient = nodeWithGrace(Duration.ofMillis(1));
        impatient.received(
                link, new Execute(1, 1, CALLER, true, 0, Map.of(), pack(RunnerNodeTest::waitsWhateverHappens)));
        began.await();
        impatient.received(link, new Cancel(1, 1));
        assertEquals(new Ended(1, 1, Ending.CANCELLED, false), next());
        goOn.countDown();
        assertEquals(new SlotFreed(1), next());
        assertInstanceOf(Returned.class, next()); // for the caller to refuse
        impatient.stop("the test is over");
    }

    @Test
    @DisplayName("C-06: a cancelled closure is interrupted")
    void aCancelledClosureIsInterrupted() throws Exception {
        execute(1, 0, RunnerNodeTest::waits);
        began.await();
        node.received(link, new Cancel(1, 1));
        assertEquals(new Ended(1, 1, Ending.CANCELLED, true), next());
        assertInstanceOf(Threw.class, next());
    }

    @Test
    @DisplayName("C-08: a call whose cancel came first never runs")
    void aCallWhoseCancelCameFirstNeverRuns() throws Exception {
        node.received(link, new Cancel(1, 1));
        execute(1, 0, RunnerNodeTest::waits);
        assertEquals(new Ended(1, 1, Ending.CANCELLED, true), next());
        execute(1, 0, () -> 7); // the tombstone served once
        assertInstanceOf(Returned.class, next());
        assertEquals(1, began.getCount());
    }

    @Test
    @DisplayName("P-26: an idle runner that is asked goes, and takes no work any more")
    void anIdleRunnerThatIsAskedGoes() throws Exception {
        link.flushed = false;
        node.received(link, new Retire(NO_CHECK));
        assertEquals(new RetireAnswer(true), next());
        execute(1, 0, () -> 7);
        assertEquals(new Ended(1, 1, Ending.NOT_TAKEN, true), next());
        link.flushed = true;
        assertEquals("retired", exit.get());
    }

    @Test
    @DisplayName("P-26: a busy runner that is asked stays")
    void aBusyRunnerThatIsAskedStays() throws Exception {
        execute(1, 0, RunnerNodeTest::waits);
        node.received(link, new Retire(NO_CHECK));
        assertEquals(new RetireAnswer(false), next());
        execute(2, 0, () -> 7);
        assertInstanceOf(Returned.class, next());
    }

    @Test
    @DisplayName("P-26: a busy runner that was told to end and is then asked finishes what it has")
    void aBusyRunnerThatWasToldToEndFinishesWhatItHas() throws Exception {
        execute(1, 0, RunnerNodeTest::waits);
        node.received(link, new Shutdown(60_000, 1));
        node.received(link, new Retire(NO_CHECK));
        assertEquals(new RetireAnswer(false), next());
        goOn.countDown();
        assertInstanceOf(Returned.class, next());
        assertEquals("told to end", exit.get());
    }

    @Test
    @DisplayName("P-11: the idle check decides on the runner; if it fails the runner stays")
    void theIdleCheckDecides() throws Exception {
        node.received(link, new Retire(pack(() -> false)));
        assertEquals(new RetireAnswer(false), next());
        node.received(link, new Retire(pack(() -> {
            throw new IllegalStateException("no idea");
        })));
        assertEquals(new RetireAnswer(false), next());
        node.received(link, new Retire(pack(() -> {
            throw new AssertionError("no idea at all");
        })));
        assertEquals(new RetireAnswer(false), next());
        node.received(link, new Retire(pack(() -> true)));
        assertEquals(new RetireAnswer(true), next());
        exit.get();
    }

    @Test
    @DisplayName("P-10: a runner that is told to end finishes what it has, and ends when its last words have left")
    void aRunnerThatIsToldToEndEndsWhenItsLastWordsHaveLeft() throws Exception {
        link.flushed = false;
        execute(1, 0, RunnerNodeTest::waits);
        began.await();
        node.received(link, new Shutdown(60_000, 1));
        execute(2, 0, () -> 7);
        assertEquals(new Ended(2, 1, Ending.NOT_TAKEN, true), next());
        goOn.countDown();
        assertInstanceOf(Returned.class, next());
        int asked = link.askedWhetherFlushed.get();
        while (link.askedWhetherFlushed.get() < asked + 2) {
            Thread.onSpinWait();
        }
        assertFalse(exit.isDone());
        link.flushed = true;
        assertEquals("told to end", exit.get());
        List<Object> rest = new ArrayList<>();
        link.events.drainTo(rest);
        assertEquals(List.of("closed"), rest);
    }

    @Test
    @DisplayName("P-26: a call that is overtaken by the word to end is answered before the runner ends")
    void aCallThatIsOvertakenIsAnsweredBeforeTheRunnerEnds() throws Exception {
        node.received(link, new Shutdown(60_000, 1));
        int asked = link.askedWhetherFlushed.get();
        assertFalse(exit.isDone());
        execute(1, 0, () -> 7);
        assertEquals(new Ended(1, 1, Ending.NOT_TAKEN, true), next());
        assertEquals("told to end", exit.get());
        assertTrue(link.askedWhetherFlushed.get() > asked);
    }

    @Test
    @DisplayName("P-10: a runner whose time to finish is over ends whatever runs")
    void aRunnerWhoseTimeIsOverEnds() throws Exception {
        execute(1, 0, RunnerNodeTest::waitsWhateverHappens);
        began.await();
        node.received(link, new Shutdown(1, 1));
        assertEquals("told to end", exit.get());
    }

    @Test
    @DisplayName("C-07: when the caller is lost linked work is interrupted, and unlinked work goes on")
    void whenTheCallerIsLostUnlinkedWorkGoesOn() throws Exception {
        execute(1, 0, RunnerNodeTest::waits);
        node.received(link, new Execute(2, 1, CALLER, false, 0, Map.of(), pack(RunnerNodeTest::waitsWhateverHappens)));
        began.await();
        assertEquals(NodeState.SERVING, node.state());
        node.closed(link, "cut");
        assertEquals(NodeState.ORPHANED, node.state());
        List<Object> after = List.of(next(), next(), next());
        assertTrue(
                after.contains("closed") && after.contains(new Ended(1, 1, Ending.CANCELLED, true)), after::toString);
        execute(3, 0, () -> 7);
        assertEquals(new Ended(3, 1, Ending.NOT_TAKEN, true), next());
        assertFalse(exit.isDone());
        goOn.countDown();
        assertEquals("the link to the caller is closed: cut", exit.get(30, TimeUnit.SECONDS));
        assertTrue(node.lostCaller());
        assertEquals(NodeState.OVER, node.state());
    }

    @Test
    @DisplayName("C-14: a connection over which the caller does not hear is given up long before the lease is over")
    void aConnectionOverWhichTheCallerDoesNotHearIsGivenUp() throws Exception {
        Duration lease = Duration.ofSeconds(2);
        Duration heartbeat = Duration.ofMillis(200);
        link.unheardNanos = TimeUnit.SECONDS.toNanos(1);
        var settings = new RunnerSettings(
                "p",
                CALLER,
                SELF,
                lease,
                heartbeat,
                lease,
                lease,
                true,
                false,
                false,
                false,
                MemoryLimits.defaults(1),
                OperandPolicy.SMALLER_MOVES,
                false);
        var deaf = new RunnerNode(settings, link, ended -> {});
        assertEquals("cut", next());
        assertEquals("cut", next(), "and again, if the next one is no better");
        assertEquals(NodeState.SERVING, deaf.state());
        deaf.stop("the test is over");
    }

    @Test
    @DisplayName("G-05: a runner counts its own lease by what the caller acknowledged, whatever else it hears of it")
    void aRunnerCountsItsOwnLease() throws Exception {
        link.unheardNanos = TimeUnit.HOURS.toNanos(1);
        var unheard = new CompletableFuture<String>();
        var alone = new RunnerNode(settings(Duration.ofMinutes(1)), link, unheard::complete);
        assertEquals("the lease of PT1M is over: the caller acknowledged no sign of life", unheard.get());
        assertTrue(alone.lostCaller());
        assertEquals("closed", next());
        assertFalse(exit.isDone(), "the other one was acknowledged when it began");
    }
}
