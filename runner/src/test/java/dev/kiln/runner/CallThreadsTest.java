package dev.kiln.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.FrameSpace;
import dev.kiln.frame.MemoryLimits;
import dev.kiln.frame.OperandPolicy;
import dev.kiln.frame.SpaceOptions;
import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Cancel;
import dev.kiln.runner.wire.Message.Ended;
import dev.kiln.runner.wire.Message.Ending;
import dev.kiln.runner.wire.Message.Execute;
import dev.kiln.runner.wire.Message.Returned;
import dev.kiln.runner.wire.RunnerSettings;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@DisplayName("P-19: closures have threads of their own, platform or virtual")
class CallThreadsTest {
    private static final ProcessRef CALLER = new ProcessRef("p-caller", 1);
    private static final int BUSY = 30;
    private static final long LIMITED = 1000;

    private final FrameSpace caller = FrameSpace.open(CALLER, new NoPeers(), SpaceOptions.defaults());
    private final FakeLink link = new FakeLink();
    private RunnerNode node;

    private void open(boolean virtual) {
        Duration minute = Duration.ofMinutes(1);
        Duration soon = Duration.ofMillis(50);
        var self = new ProcessRef("p-1", 1);
        node = new RunnerNode(
                new RunnerSettings(
                        "p",
                        CALLER,
                        self,
                        minute,
                        soon,
                        soon,
                        minute,
                        true,
                        false,
                        false,
                        virtual,
                        MemoryLimits.defaults(1),
                        OperandPolicy.SMALLER_MOVES,
                        false),
                link,
                new CompletableFuture<String>()::complete);
    }

    @AfterEach
    void stop() {
        node.stop("the test is over");
        caller.close();
    }

    private byte[] pack(RemoteCallable<?> work) {
        try (var parcel = caller.packWork(work)) {
            return parcel.bytes();
        }
    }

    private void execute(long call, long timeoutMillis, byte[] work) {
        node.received(link, new Execute(call, 1, CALLER, true, timeoutMillis, Map.of(), work));
    }

    private static Object compute() {
        while (!Thread.currentThread().isInterrupted()) {
            Thread.onSpinWait();
        }
        return null;
    }

    private <T extends Message> T await(Class<T> kind) throws InterruptedException {
        while (true) {
            Object message = link.events.take();
            if (kind.isInstance(message)) {
                return kind.cast(message);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theyAreOfTheKindThatWasAskedFor(boolean virtual) throws Exception {
        open(virtual);
        execute(1, 0, pack(() -> Thread.currentThread().isVirtual()));
        assertEquals(virtual, caller.unpack(await(Returned.class).result(), new ProcessRef("p-1", 1)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void manyThatComputeHoldUpNeitherHeartbeatNorDeadlineNorCancel(boolean virtual) throws Exception {
        open(virtual);
        byte[] computing = pack(CallThreadsTest::compute);
        for (long call = 1; call <= BUSY; call++) {
            execute(call, 0, computing);
        }
        link.beats.drainPermits();
        link.beats.acquire();
        execute(LIMITED, 1, computing);
        Ended overdue = await(Ended.class);
        assertEquals(LIMITED, overdue.call());
        assertEquals(Ending.TIMED_OUT, overdue.ending());
        Set<Long> cancelled = new HashSet<>();
        for (long call = 1; call <= BUSY; call++) {
            node.received(link, new Cancel(call, 1));
        }
        while (cancelled.size() < BUSY) {
            Ended ended = await(Ended.class);
            assertEquals(Ending.CANCELLED, ended.ending());
            assertTrue(cancelled.add(ended.call()), "told once");
        }
    }
}
