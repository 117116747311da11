package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.MemoryLimits;
import dev.kiln.frame.OperandPolicy;
import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.Kiln;
import dev.kiln.runner.wire.Greeting;
import dev.kiln.runner.wire.Link;
import dev.kiln.runner.wire.MemoryCarrier;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Rejected;
import dev.kiln.runner.wire.Message.Resume;
import dev.kiln.runner.wire.Message.Resumed;
import dev.kiln.runner.wire.Message.Welcome;
import dev.kiln.runner.wire.RunnerSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is let in, with a first connection and with a further one. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReceptionTest {
    private static final ProcessRef CALLER = new ProcessRef("p-caller", 1);
    private static final String REFUSAL = "there is no such session, or it is over";

    private final LiveRunners runners = new LiveRunners();
    private final CopyOnWriteArrayList<BookEvent> told = new CopyOnWriteArrayList<>();
    private final Reception reception = new Reception(runners, ReceptionTest::settings, told::add, ReceptionTest::port);
    private LiveRunner runner;

    private static RunnerSettings settings(ProcessRef runner) {
        Duration second = Duration.ofSeconds(1);
        return new RunnerSettings(
                "p",
                CALLER,
                runner,
                second,
                second,
                second,
                second,
                true,
                false,
                false,
                false,
                MemoryLimits.defaults(1),
                OperandPolicy.SMALLER_MOVES,
                false);
    }

    private static Link.Listener port(LiveRunner runner) {
        return new Link.Listener() {
            @Override
            public void received(Link link, Message message) {}

            @Override
            public void closed(Link link, String reason) {}
        };
    }

    /** One connection from elsewhere: what it says, and what it is answered. */
    private final class Visitor implements Greeting.Listener {
        private final CompletableFuture<Message> answer = new CompletableFuture<>();

        Message says(Message message) throws Exception {
            MemoryCarrier.dialer(reception).dial(carrier -> {
                var greeting = new Greeting(carrier, this);
                greeting.send(message);
                return greeting;
            });
            return answer.get(30, TimeUnit.SECONDS);
        }

        @Override
        public void greeted(Greeting from, Message message) {
            answer.complete(message);
        }

        @Override
        public void lost(Greeting from, String reason) {
            answer.completeExceptionally(new IOException(reason));
        }
    }

    @BeforeEach
    void expectARunner() {
        runner = runners.expect("p-1");
    }

    private Welcome greet() throws Exception {
        return assertInstanceOf(Welcome.class, new Visitor().says(Kiln.hello("p-1", runner.token())));
    }

    private void assertRefused(Message message) throws Exception {
        assertEquals(new Rejected(REFUSAL), new Visitor().says(message));
    }

    @Test
    @DisplayName("R-02: a token is taken once")
    void aTokenIsTakenOnce() throws Exception {
        assertArrayEquals(runner.proof(), greet().proof());
        assertInstanceOf(Rejected.class, new Visitor().says(Kiln.hello("p-1", runner.token())));
        assertInstanceOf(Rejected.class, new Visitor().says(Kiln.hello("p-2", runner.token())));
        assertEquals(List.of(), told, "a runner counts from its first sign of life on");
    }

    @Test
    @DisplayName("C-14: who shows the session's secret goes on, as often as it likes, and is shown the proof")
    void whoShowsTheSecretGoesOn() throws Exception {
        byte[] secret = greet().session();
        for (int round = 0; round < 3; round++) {
            var resumed = assertInstanceOf(Resumed.class, new Visitor().says(new Resume(runner.ref(), secret, 0)));
            assertArrayEquals(runner.proof(), resumed.proof());
        }
        assertEquals(List.of(), told, "nothing is new to the books");
    }

    @Test
    @DisplayName("C-14: an unknown session, a wrong secret and another incarnation are refused with the same words")
    void strangersAreRefused() throws Exception {
        assertRefused(new Resume(runner.ref(), runner.session(), 0)); // it has not even greeted
        byte[] secret = greet().session();
        assertRefused(new Resume(new ProcessRef("p-2", 1), secret, 0));
        assertRefused(new Resume(new ProcessRef("p-1", 2), secret, 0));
        assertRefused(new Resume(runner.ref(), runner.token(), 0));
        assertRefused(new Resume(runner.ref(), new byte[0], 0));
        Message lying = new Visitor().says(new Resume(runner.ref(), secret, 5)); // chunks that were never sent
        assertTrue(assertInstanceOf(Rejected.class, lying).reason().startsWith("the session cannot go on"));
        assertInstanceOf(Resumed.class, new Visitor().says(new Resume(runner.ref(), secret, 0)));
    }

    @Test
    @DisplayName("C-14: a runner that was given up, or whose link is closed, does not come back")
    void aRunnerThatWasGivenUpDoesNotComeBack() throws Exception {
        byte[] secret = greet().session();
        runner.kill("the test gave it up");
        assertRefused(new Resume(runner.ref(), secret, 0));

        LiveRunner other = runners.expect("p-3");
        var welcome = assertInstanceOf(Welcome.class, new Visitor().says(Kiln.hello("p-3", other.token())));
        other.close();
        assertRefused(new Resume(other.ref(), welcome.session(), 0));
        runners.remove("p-3");
        assertRefused(new Resume(other.ref(), welcome.session(), 0));
    }

    @Test
    @DisplayName("W-04: what is no greeting closes its connection without a word")
    void whatIsNoGreetingClosesItsConnection() {
        var visitor = new Visitor();
        var failure = assertThrows(ExecutionException.class, () -> visitor.says(new Message.Heartbeat()));
        assertInstanceOf(IOException.class, failure.getCause());
        assertTrue(runner.claim(), "and nothing is claimed");
    }
}
