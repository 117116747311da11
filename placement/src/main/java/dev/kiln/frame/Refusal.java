package dev.kiln.frame;

/**
 * A reason not to write or read on, thrown through the serializer. Unchecked, because an {@code ObjectOutputStream} writes
 * an {@code IOException} into the stream before it throws it on, and a failure of that would hide this one.
 */
final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Refusal(String reason) {
        super(reason);
    }
}
