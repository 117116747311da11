package dev.kiln.runner;

import dev.kiln.KilnException;

/** Work names a class that this runner does not have: it never began. Crosses to the pool, which makes its own exception of it. */
public final class ClassMissing extends KilnException {
    private static final long serialVersionUID = 1L;

    private final String className;

    ClassMissing(String className, Throwable cause) {
        super("class " + className + " is not on the class path of this runner", cause);
        this.className = className;
    }

    /** The class's binary name. */
    public String className() {
        return className;
    }
}
