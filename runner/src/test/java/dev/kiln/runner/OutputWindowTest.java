package dev.kiln.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.runner.wire.Message.Output;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@DisplayName("C-09: printed lines on their way to the caller")
class OutputWindowTest {
    private static final String LINE = "x".repeat(10_000);

    private final FakeLink link = new FakeLink();
    private final LinkedBlockingQueue<Object> sent = link.events;
    private final ByteArrayOutputStream elsewhere = new ByteArrayOutputStream();
    private final OutputWindow window =
            new OutputWindow(link, new PrintStream(elsewhere, true, StandardCharsets.UTF_8));

    private static Output line() {
        return new Output(7, false, LINE);
    }

    private int fill() {
        int lines = Output.WINDOW / line().cost();
        for (int i = 0; i < lines; i++) {
            window.send(line());
        }
        assertEquals(lines, sent.size());
        return lines;
    }

    @Test
    void aLineWaitsWhileTheCallerHasNotLoggedEnough() throws Exception {
        int lines = fill();
        Thread printer = Thread.ofPlatform().start(() -> window.send(line()));
        while (printer.getState() != Thread.State.TIMED_WAITING && printer.isAlive()) {
            Thread.onSpinWait();
        }
        window.taken(line().cost());
        printer.join();
        assertEquals(lines + 1, sent.size() + (elsewhere.size() > 0 ? 1 : 0));
    }

    @Test
    void aCallerThatTakesNothingIsNotWaitedFor() {
        int lines = fill();
        for (int i = 0; i < 1000; i++) {
            window.send(line()); // only the first of them waits
        }
        assertEquals(lines, sent.size());
        assertTrue(elsewhere.toString(StandardCharsets.UTF_8).startsWith("[call 7] xxx"));
        window.taken(lines * (long) line().cost());
        window.send(line());
        assertEquals(lines + 1, sent.size(), "it takes some again");
    }

    @Test
    void aClosureThatIsToEndIsNotKeptWaiting() {
        int lines = fill();
        Thread.currentThread().interrupt();
        window.send(line());
        assertTrue(Thread.interrupted(), "the flag is kept");
        assertEquals(lines, sent.size());
        assertTrue(elsewhere.size() > 0);
    }
}
