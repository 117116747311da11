package dev.kiln.runner.wire;

import dev.kiln.KilnException;

/** Bytes on a link that no peer of this version would send. The link that brought them is closed; nothing else changes. */
public final class ProtocolViolation extends KilnException {
    private static final long serialVersionUID = 1L;

    public ProtocolViolation(String message) {
        super(message);
    }

    public ProtocolViolation(String message, Throwable cause) {
        super(message, cause);
    }
}
