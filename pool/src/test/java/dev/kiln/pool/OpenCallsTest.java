package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.gc.ProcessRef;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class OpenCallsTest {
    private final OpenCalls calls = new OpenCalls();

    private PendingCall call() {
        var limits = new CallLimits(0, null, java.time.Duration.ZERO);
        long id = calls.nextId();
        return new PendingCall(
                id, new ProcessRef("caller", 1), id, new byte[0], CallOptions.DEFAULT, limits, Wish.ANYWHERE);
    }

    @Test
    @DisplayName(
            "C-11: nested calls come before all others, those of the last caller first, each caller's in their order")
    void theOrderOfNestedCalls() {
        PendingCall first = call();
        PendingCall second = call();
        long a1 = calls.nextNestedId(first);
        long b1 = calls.nextNestedId(second);
        long a2 = calls.nextNestedId(first);
        long b2 = calls.nextNestedId(second);
        long alone = calls.nextNestedId(null);
        assertTrue(alone < b1 && b1 < b2 && b2 < a1 && a1 < a2 && a2 < 0 && 0 < first.id());
        assertEquals("call 1", OpenCalls.name(first.id()));
        assertEquals("nested call 1.1", OpenCalls.name(a1));
        assertEquals("nested call 1.2", OpenCalls.name(a2));
        assertEquals("nested call 2.1", OpenCalls.name(b1));
        assertEquals("nested call 3.1", OpenCalls.name(alone));
    }

    @Test
    @DisplayName("a call that makes more than a million others goes on with new numbers")
    void aLargeFamily() {
        PendingCall parent = call();
        PendingCall other = call();
        long last = calls.nextNestedId(parent);
        long others = calls.nextNestedId(other);
        for (int i = 1; i < 1 << 20; i++) {
            last = calls.nextNestedId(parent);
        }
        assertEquals("nested call 1.1048576", OpenCalls.name(last));
        assertEquals(-1, last);
        assertEquals("nested call 3.1", OpenCalls.name(calls.nextNestedId(parent)));
        assertEquals("nested call 2.1", OpenCalls.name(others));
    }
}
