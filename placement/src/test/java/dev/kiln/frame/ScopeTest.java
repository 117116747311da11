package dev.kiln.frame;

import static dev.kiln.frame.Cells.column;
import static dev.kiln.frame.Cells.frame;
import static dev.kiln.frame.Cells.list;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Hub.Work;
import dev.kiln.frame.spi.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ScopeTest {
    private final Hub hub = new Hub();
    private final FrameSpace n2 = hub.runner("n2");
    private final FrameSpace n3 = hub.runner("n3");
    private final FakeScope scope = new FakeScope();
    private final FakeScope other = new FakeScope();

    @AfterEach
    void close() {
        hub.close();
    }

    @Test
    @DisplayName("B-01: what is made, read or derived within a bound scope is of that scope")
    void bound() {
        Frame before = frame("x", list(1, 2));
        Frame made = scope.bind(() -> frame("x", list(1, 2)));
        Frame derived = scope.bind(() -> before.filter("x > 1"));
        Frame read = arrives(scope, n2, () -> frame("x", list(1, 2)));
        assertTrue(scope.has(made) && scope.has(derived) && scope.has(read));
        assertFalse(scope.has(before));
        assertTrue(other.bind(() -> other.has(made.head(1))), "the bound scope goes before that of the operand");
    }

    @Test
    @DisplayName("B-01: where no scope is bound, what comes of an operation is of the scope of its first operand")
    void firstOperand() {
        Frame a = arrives(scope, n2, () -> frame("x", list(1, 2)));
        Frame b = arrives(other, n3, () -> frame("x", list(3)));
        Frame both = a.concatRows(b);
        assertTrue(scope.has(both) && !other.has(both));
        assertTrue(scope.has(both.compute()) && scope.has(a.collect()));
        assertTrue(other.has(b.groupBy("x").summarise("n = count(*)")));
    }

    @Test
    @DisplayName("B-02: a frame that outlives its scope keeps the sources of what it has still to compute")
    void lazySources() {
        Frame source = arrives(scope, n2, () -> frame("x", list(1, 2, 3)));
        Frame lazy = source.filter("x > 1");
        scope.left(lazy.member());
        lazy.member().moved(null);
        scope.end();
        hub.settle();
        assertThrows(IllegalStateException.class, source::compute);
        assertEquals(list(2, 3), column(lazy.collect(), "x"));
        lazy.close();
        hub.settle();
        assertEquals(0, n2.residentCount());
    }

    @Test
    @DisplayName("B-01: the use of what was released with its scope says so")
    void useAfterEnd() {
        Frame made = scope.bind(() -> frame("x", list(1)));
        scope.end();
        var refused = assertThrows(IllegalStateException.class, made::compute);
        assertEquals("this frame was released with this test", refused.getMessage());
        made.close();
        assertTrue(scope.members.isEmpty());
    }

    @Test
    @DisplayName("B-01: what ends its scope with is one message to each owner, and frees all there")
    void oneMessagePerOwner() {
        for (int i = 0; i < 20; i++) {
            arrives(scope, n2, () -> frame("x", list(1, 2)));
            arrives(scope, n3, () -> frame("x", list(1, 2)));
        }
        hub.settle();
        assertEquals(20, n2.residentCount());
        long before = hub.told();
        scope.end();
        assertEquals(before + 2, hub.told(), "one Update to each of two owners");
        hub.settle();
        assertEquals(0, n2.residentCount() + n3.residentCount());
        assertEquals(0, hub.caller().heldElsewhere());
    }

    @Test
    @DisplayName("B-01: a result that comes when its scope is over is held by nobody, and its frames say why")
    void tooLate() {
        scope.end();
        Frame late = arrives(scope, n2, () -> frame("x", list(1)));
        hub.settle();
        assertEquals(0, n2.residentCount());
        assertThrows(IllegalStateException.class, late::collect);
    }

    @Test
    @DisplayName("B-05: a scope that takes no more refuses a frame as a whole: nothing of it stays held")
    void refused() {
        scope.full = true;
        assertThrows(FrameRefused.class, () -> arrives(scope, n2, () -> frame("x", list(1))));
        assertThrows(FrameRefused.class, () -> scope.bind(() -> frame("x", list(1))));
        hub.settle();
        assertEquals(0, n2.residentCount());
        assertEquals(0, hub.caller().heldElsewhere());
    }

    @Test
    @DisplayName("B-02: what was kept where it was made leaves its scope where it arrives")
    void keptThere() {
        FakeScope keeping = new FakeScope();
        keeping.keeping = true;
        List<Frame> result = arrives(
                scope,
                n2,
                () -> new ArrayList<>(List.of(keeping.bind(() -> frame("x", list(1))), frame("x", list(2)))));
        assertEquals(List.of(result.getFirst().member()), scope.kept);
    }

    @Test
    @DisplayName("B-02: members are found wherever they are nested, frames and others")
    void nested() {
        record Holder(Map<String, Optional<Frame>> frames, List<Object> more) {}
        Frame a = frame("x", list(1));
        Frame b = frame("x", list(2));
        Scope.Member thread = frame("x", list(3)).member();
        var value = new Holder(Map.of("a", Optional.of(a)), List.of(new Object[] {b, b}, Thread.currentThread()));
        List<Scope.Member> found = Members.in(value, met -> met instanceof Thread ? thread : null);
        assertEquals(3, found.size());
        assertTrue(found.containsAll(List.of(a.member(), b.member(), thread)));
    }

    /** A call's work runs there, outside of the scope, and its result is read here, within it. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the work says what comes of it
    private <T> T arrives(FakeScope within, FrameSpace runner, Work<T> work) {
        try {
            byte[] bytes = runner.packResult(work.call(), hub.caller().self()).bytes();
            return within.bind(() -> (T) Objects.requireNonNull(hub.unpack(bytes, runner, hub.caller())));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
