package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.KilnException;
import dev.kiln.frame.FrameException;
import dev.kiln.pool.PoolException;
import java.lang.reflect.Modifier;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The failures that a user can meet are one closed family. */
class FailureFamilyTest {

    private static Set<String> members(Class<?> branch) {
        Set<String> names = new TreeSet<>();
        for (Class<?> member : branch.getPermittedSubclasses()) {
            assertTrue(Modifier.isFinal(member.getModifiers()), member + " must be final");
            names.add(member.getSimpleName());
        }
        return names;
    }

    @Test
    @DisplayName("X: one unchecked root, and a sealed branch for each module")
    void theFamilyIsClosed() {
        assertEquals(RuntimeException.class, KilnException.class.getSuperclass());
        assertTrue(Modifier.isAbstract(KilnException.class.getModifiers()));
        assertEquals(KilnException.class, PoolException.class.getSuperclass());
        assertEquals(KilnException.class, FrameException.class.getSuperclass());
        assertEquals(
                Set.of(
                        "BootFailed",
                        "CallCancelled",
                        "CallFailed",
                        "CallTimedOut",
                        "CodeMissing",
                        "PoolClosed",
                        "PoolSaturated",
                        "RunnerLost"),
                members(PoolException.class));
        assertEquals(
                Set.of("FrameLost", "FrameRefused", "NotTransferable", "QueryFailed", "QueryInterrupted"),
                members(FrameException.class));
    }
}
