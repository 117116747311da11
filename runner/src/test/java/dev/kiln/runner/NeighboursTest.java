package dev.kiln.runner;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.MemoryLimits;
import dev.kiln.frame.OperandPolicy;
import dev.kiln.frame.spi.Reply;
import dev.kiln.gc.Collect;
import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.wire.Carrier;
import dev.kiln.runner.wire.Greeting;
import dev.kiln.runner.wire.Link;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Admitted;
import dev.kiln.runner.wire.Message.Answer;
import dev.kiln.runner.wire.Message.Ask;
import dev.kiln.runner.wire.Message.Expect;
import dev.kiln.runner.wire.Message.Gc;
import dev.kiln.runner.wire.Message.Introduce;
import dev.kiln.runner.wire.Message.Meet;
import dev.kiln.runner.wire.Message.Rejected;
import dev.kiln.runner.wire.Message.Resume;
import dev.kiln.runner.wire.Message.Visit;
import dev.kiln.runner.wire.RunnerSettings;
import dev.kiln.runner.wire.Session;
import dev.kiln.runner.wire.TlsKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Two runners' ends of direct links, over real sockets; what goes by way of the caller is carried by the test. */
@ParameterizedClass
@EnumSource
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NeighboursTest {
    private static final TlsKeys KEYS = TlsKeys.make();
    private static final ProcessRef CALLER = new ProcessRef("p-caller", 1);
    private static final byte[] TOKEN = {1, 2, 3};
    private static final byte[] PROOF = {4, 5, 6};

    enum Kind {
        UNIX,
        TLS
    }

    @Parameter
    Kind kind;

    private Runner host;
    private Runner visitor;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** One runner, as far as it is concerned with others. */
    private final class Runner {
        final ProcessRef self;
        final FakeLink home = new FakeLink();
        final Questions questions;
        final Carrier.Dialer dialer;
        final Neighbourhood neighbourhood;
        final LinkedBlockingQueue<Message> received = new LinkedBlockingQueue<>();
        final LinkedBlockingQueue<ProcessRef> lost = new LinkedBlockingQueue<>();
        final Neighbours neighbours;
        final RunnerPeers peers;

        Runner(String name) {
            self = new ProcessRef(name, 1);
            questions = new Questions(self);
            Home at =
                    switch (kind) {
                        case UNIX -> new Home.Socket(Path.of("nowhere"));
                        case TLS -> new Home.Tcp("127.0.0.1", 1, KEYS);
                    };
            Home.Way way = at.way("test-" + name);
            dialer = way.dialer();
            neighbourhood = way.neighbourhood();
            neighbours = new Neighbours(
                    settings(self), neighbourhood, home, questions, this::received, (peer, why) -> lost.add(peer));
            peers = new RunnerPeers(home, questions, CALLER, neighbours, RunnerThreads.of(name), () -> true);
        }

        /** What ends with the process where a runner has one. */
        void end() throws Exception {
            neighbours.close();
            if (dialer instanceof AutoCloseable closeable) {
                closeable.close();
            }
        }

        private void received(Link from, Message message) {
            if (message instanceof Answer answer) {
                assertTrue(questions.answered(answer));
            } else {
                received.add(message);
                if (message instanceof Ask ask) {
                    from.send(new Answer(ask.id(), self, ask.from(), Reply.of(ask.request())));
                }
            }
        }
    }

    private static RunnerSettings settings(ProcessRef self) {
        Duration minute = Duration.ofMinutes(1);
        return new RunnerSettings(
                "p",
                CALLER,
                self,
                minute,
                minute,
                minute,
                minute,
                true,
                false,
                false,
                false,
                MemoryLimits.defaults(1),
                OperandPolicy.SMALLER_MOVES,
                false);
    }

    @BeforeEach
    void twoRunners() {
        System.setProperty(TlsNeighbourhood.BIND, "127.0.0.1");
        host = new Runner("p-1");
        visitor = new Runner("p-2");
    }

    @AfterEach
    void over() throws Exception {
        System.clearProperty(TlsNeighbourhood.BIND);
        threads.shutdownNow();
        host.end();
        visitor.end();
    }

    /** The caller's part: the host is told of the visitor, and where it listens is for the visitor. */
    private Meet introduce(long validMillis) throws Exception {
        host.neighbours.expect(new Expect(visitor.self, TOKEN, PROOF, validMillis));
        return assertInstanceOf(Meet.class, host.home.events.take());
    }

    private Session linked() throws Exception {
        Future<Session> link = threads.submit(() -> visitor.neighbours.straight(host.self));
        assertEquals(new Introduce(host.self), visitor.home.events.take());
        visitor.neighbours.meet(introduce(30_000));
        return link.get();
    }

    /** What is answered to who dials the host and says this. */
    private Message answerTo(Meet where, Message greeting) throws Exception {
        var answer = new CompletableFuture<Message>();
        visitor.neighbourhood.dialer(where.address()).dial(carrier -> {
            var says = new Greeting(carrier, new Greeting.Listener() {
                @Override
                public void greeted(Greeting from, Message message) {
                    answer.complete(message);
                }

                @Override
                public void lost(Greeting from, String reason) {
                    answer.completeExceptionally(new IOException(reason));
                }
            });
            says.send(greeting);
            return says;
        });
        return answer.get(30, TimeUnit.SECONDS);
    }

    private Visit visit(ProcessRef who, ProcessRef to, byte[] token) {
        return new Visit(who, to, token, ProcessHandle.current().pid(), 0);
    }

    @Test
    @DisplayName(
            "F-07: who asks for data of another runner is introduced, has one link, and asks over that from then on")
    void oneLinkForAll() throws Exception {
        Future<byte[]> pulled = threads.submit(() -> pulled(visitor, host, 7));
        assertEquals(new Introduce(host.self), visitor.home.events.take());
        visitor.neighbours.meet(introduce(30_000));
        assertArrayEquals(new byte[] {7}, pulled.get());
        assertArrayEquals(new byte[] {8}, pulled(visitor, host, 8));
        assertTrue(visitor.home.events.isEmpty() && host.home.events.isEmpty(), "nothing more by way of the caller");
        assertEquals(2, host.received.size());
        assertArrayEquals(new byte[] {9}, pulled(host, visitor, 9), "it serves both");
        assertTrue(host.home.events.isEmpty());
    }

    @Test
    @DisplayName(
            "F-07: a ticket that is wrong, used, expired or another's is refused in words, and the link there is goes on")
    void refusals() throws Exception {
        Session link = linked();
        Meet where = introduce(30_000);
        ProcessRef other = new ProcessRef("p-3", 1);
        assertRefused("no such ticket for p-2#1", where, visit(visitor.self, host.self, new byte[] {1, 2, 4}));
        assertRefused("no such ticket for p-3#1", where, visit(other, host.self, TOKEN));
        assertRefused("a ticket for p-3#1 is not good here, at p-1#1", where, visit(visitor.self, other, TOKEN));
        assertRefused("there is no such session", where, new Resume(visitor.self, TOKEN, 0));
        assertThrows(ExecutionException.class, () -> answerTo(where, new Message.Heartbeat()), "it is hung up on");
        assertRefused("has expired", introduce(0), visit(visitor.self, host.self, TOKEN));
        assertFalse(link.isOver() || link.isInterrupted());
        assertArrayEquals(new byte[] {7}, pulled(visitor, host, 7));

        Meet again = introduce(30_000);
        Message admitted = answerTo(again, visit(visitor.self, host.self, TOKEN));
        assertArrayEquals(PROOF, assertInstanceOf(Admitted.class, admitted).proof());
        assertRefused("the ticket of p-2#1 was used before", again, visit(visitor.self, host.self, TOKEN));
    }

    private void assertRefused(String why, Meet where, Message greeting) throws Exception {
        var rejected = assertInstanceOf(Rejected.class, answerTo(where, greeting));
        assertTrue(rejected.reason().contains(why), rejected::reason);
    }

    @Test
    @DisplayName("F-07: what cannot be reached is asked by way of the caller, without another try for a while")
    void fallsBack() throws Exception {
        Future<byte[]> pulled = threads.submit(() -> pulled(visitor, host, 7));
        assertEquals(new Introduce(host.self), visitor.home.events.take());
        String nowhere = kind == Kind.UNIX ? "/nowhere/at/all" : "127.0.0.1:1";
        visitor.neighbours.meet(new Meet(visitor.self, host.self, TOKEN, PROOF, nowhere, ""));
        answerByWayOfTheCaller(pulled, 7);
        answerByWayOfTheCaller(threads.submit(() -> pulled(visitor, host, 8)), 8);

        visitor.neighbours.gone(host.self, "it has ended"); // which is the end of that memory, too
        pulled = threads.submit(() -> pulled(visitor, host, 9));
        assertEquals(new Introduce(host.self), visitor.home.events.take());
        visitor.neighbours.meet(Meet.not(visitor.self, host.self, "it cannot listen"));
        answerByWayOfTheCaller(pulled, 9);
    }

    private static byte[] pulled(Runner by, Runner from, int question) {
        try (Reply reply = by.peers.pull(from.self, new byte[] {(byte) question})) {
            return reply.toArray();
        }
    }

    private void answerByWayOfTheCaller(Future<byte[]> pulled, int expected) throws Exception {
        Ask ask = assertInstanceOf(Ask.class, visitor.home.events.take());
        assertTrue(visitor.questions.answered(new Answer(ask.id(), host.self, visitor.self, Reply.of(ask.request()))));
        assertArrayEquals(new byte[] {(byte) expected}, pulled.get());
    }

    @Test
    @DisplayName("F-07: a host that does not show the proof is no host")
    void impostor() throws Exception {
        Future<Session> link = threads.submit(() -> visitor.neighbours.straight(host.self));
        visitor.home.events.take();
        Meet where = introduce(30_000);
        visitor.neighbours.meet(
                new Meet(visitor.self, host.self, TOKEN, new byte[] {9}, where.address(), where.refusal()));
        assertNull(link.get());
        assertFalse(visitor.neighbours.any());
    }

    @Test
    @DisplayName("F-07: what runs over a link that is closed for good is asked once more, by way of the caller")
    void theLinkIsLost() throws Exception {
        Session link = linked();
        Future<byte[]> pulled = threads.submit(() -> {
            link.end("it was given up"); // before or after the question is sent, which is all the same
            return pulled(visitor, host, 7);
        });
        Object next = visitor.home.events.take();
        if (next instanceof Introduce) { // the link was known to be closed already
            visitor.neighbours.meet(Meet.not(visitor.self, host.self, "no"));
            next = visitor.home.events.take();
        }
        Ask ask = assertInstanceOf(Ask.class, next);
        assertTrue(visitor.questions.answered(new Answer(ask.id(), host.self, visitor.self, Reply.of(ask.request()))));
        assertArrayEquals(new byte[] {7}, pulled.get());
    }

    @Test
    @DisplayName("F-07: over a direct link a runner speaks for itself only: else the link is closed")
    void nobodySpeaksForOthers() throws Exception {
        Session link = linked();
        link.send(new Gc(host.self, new Collect(visitor.self)));
        assertInstanceOf(Gc.class, host.received.take());
        link.send(new Gc(host.self, new Collect(CALLER)));
        while (!link.isOver()) {
            Thread.onSpinWait();
        }
        assertTrue(host.received.isEmpty());
    }

    @Test
    @DisplayName("R-03: without the caller all is said over the direct links, and who is not linked is out of reach")
    void withoutTheCaller() throws Exception {
        assertNotNull(linked());
        host.neighbours.leftAlone();
        visitor.neighbours.leftAlone();
        assertArrayEquals(new byte[] {7}, visitor.peers.ask(host.self, new byte[] {7}));
        visitor.peers.tell(host.self, new Collect(visitor.self));
        assertInstanceOf(Ask.class, host.received.take());
        assertInstanceOf(Gc.class, host.received.take());
        visitor.peers.tell(CALLER, new Collect(visitor.self)); // dropped
        var lost = assertThrows(
                dev.kiln.frame.FrameLost.class, () -> visitor.peers.ask(new ProcessRef("p-3", 1), new byte[1]));
        assertTrue(lost.getMessage().contains("the caller is gone, and there is no direct link"), lost::getMessage);
        assertTrue(visitor.home.events.isEmpty());
        visitor.neighbours.close();
        assertEquals(visitor.self, host.lost.take());
    }

    @Test
    @DisplayName("R-03: a visit that was under way when the caller was lost is waited for")
    void underWay() throws Exception {
        visitor.neighbours.want(host.self);
        assertEquals(new Introduce(host.self), visitor.home.events.take());
        Meet where = introduce(30_000);
        visitor.neighbours.leftAlone();
        assertTrue(visitor.neighbours.know(host.self) && host.neighbours.know(visitor.self));
        Future<byte[]> asked = threads.submit(() -> visitor.peers.ask(host.self, new byte[] {7}));
        visitor.neighbours.meet(where);
        assertArrayEquals(new byte[] {7}, asked.get());
        assertTrue(visitor.home.events.isEmpty());
        visitor.neighbours.want(new ProcessRef("p-3", 1)); // nobody is left to ask
        assertFalse(visitor.neighbours.know(new ProcessRef("p-3", 1)));
    }
}
