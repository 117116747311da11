package dev.kiln.pool;

/**
 * The closure threw. The cause is the same exception with the stack of the runner, or, where that cannot cross, a
 * {@link dev.kiln.frame.RemoteFailure} that tells its class, message and stack. The runner goes on.
 */
public final class CallFailed extends PoolException {
    private static final long serialVersionUID = 1L;

    CallFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
