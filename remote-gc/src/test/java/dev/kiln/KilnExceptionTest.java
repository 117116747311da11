package dev.kiln;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class KilnExceptionTest {
    @Test
    @DisplayName("X: the root of all failures is unchecked and carries message and cause")
    void carriesMessageAndCause() {
        Throwable cause = new IllegalStateException("why");
        RuntimeException failure = new Failure("what, where, what to do", cause);
        assertEquals("what, where, what to do", failure.getMessage());
        assertSame(cause, failure.getCause());
        assertNull(new Failure("alone").getCause());
    }

    private static final class Failure extends KilnException {
        private static final long serialVersionUID = 1L;

        Failure(String message) {
            super(message);
        }

        Failure(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
