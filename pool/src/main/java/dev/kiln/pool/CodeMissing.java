package dev.kiln.pool;

/**
 * The work names a class that its runner does not have, such as one that was made in memory or loaded by a class loader of
 * the program's own. The work never began.
 */
public final class CodeMissing extends PoolException {
    private static final long serialVersionUID = 1L;

    private final String className;

    CodeMissing(String message, String className, Throwable cause) {
        super(message, cause);
        this.className = className;
    }

    /** The class's binary name. */
    public String className() {
        return className;
    }
}
