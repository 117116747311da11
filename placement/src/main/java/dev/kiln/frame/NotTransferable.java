package dev.kiln.frame;

import org.jspecify.annotations.Nullable;

/** A value cannot cross to another process. Nothing was sent, and nothing was run. */
public final class NotTransferable extends FrameException {
    private static final long serialVersionUID = 1L;

    private final String path;

    /**
     * @param path where in the value, such as {@code this$0.connection}
     * @param reason what is wrong there and what to do about it
     * @param cause the serializer's exception, if there is one
     */
    public NotTransferable(String path, String reason, @Nullable Throwable cause) {
        super("cannot send " + path + ": " + reason, cause);
        this.path = path;
    }

    /** Where in the value the part is that cannot cross, such as {@code this$0.connection}. */
    public String path() {
        return path;
    }
}
