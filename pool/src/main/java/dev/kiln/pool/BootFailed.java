package dev.kiln.pool;

import org.jspecify.annotations.Nullable;

/** No runner could be started. The call that waited for it never ran; it may be made again once the cause is mended. */
public final class BootFailed extends PoolException {
    private static final long serialVersionUID = 1L;

    private final boolean permanent;

    BootFailed(String message, boolean permanent, @Nullable Throwable cause) {
        super(message, cause);
        this.permanent = permanent;
    }

    /** Whether starting again would fail in the same way, as with another build or a class path that no runner can have. */
    public boolean permanent() {
        return permanent;
    }
}
