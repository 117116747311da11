package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kiln.pool.BookEffect.Boot;
import dev.kiln.pool.BookEffect.Dispatch;
import dev.kiln.pool.BookEvent.Reported;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BooksPausedTest {

    private static Script withOneRunner() {
        Script script = Script.of(Pool.named("p").max(2).maxConcurrency(2));
        script.arrives(1);
        script.greets("p-1");
        return script;
    }

    @Test
    @DisplayName(
            "F-13: a runner whose memory is short gets no calls: others are started, or the calls wait for one that has some")
    void paused() {
        Script script = withOneRunner();
        script.tell(new Reported("p-1", 3, true));
        assertEquals(List.of(new Boot("p-2")), script.arrives(2));
        assertEquals(List.of(new Dispatch(2, "p-2")), script.greets("p-2"));
        assertEquals(List.of(new Dispatch(3, "p-2")), script.arrives(3));
        assertEquals(List.of(), script.tell(new Reported("p-2", 1, true)));
        assertEquals(List.of(), script.finishes(2, "p-2"));
        assertEquals(List.of(), script.arrives(4));
        assertEquals(List.of(), script.arrives(5));
        assertEquals(List.of(), script.arrives(6));
        assertEquals(List.of(new Dispatch(4, "p-1")), script.tell(new Reported("p-1", 0, false)));
        assertEquals(List.of(new Dispatch(5, "p-2")), script.tell(new Reported("p-2", 0, false)));
        assertEquals(List.of(new Dispatch(6, "p-1")), script.finishes(1, "p-1"));
    }

    @Test
    @DisplayName("F-13, P-09: where no runner has memory a call waits until its time is over, and then never runs")
    void waitsNoLonger() {
        Script script = withOneRunner();
        script.tell(new Reported("p-1", 3, true));
        script.tell(new BookEvent.Resized(0, 1));
        assertEquals(List.of(), script.arrives(2));
        assertEquals(
                List.of(new BookEffect.TimedOut(2, CallTimedOut.Phase.QUEUE, null)), script.passes(Script.PATIENCE));
        assertEquals(List.of(), script.tell(new Reported("p-1", 0, false)));
    }
}
