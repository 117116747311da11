package dev.kiln.runner;

/** A placed object is not where a call looked for it: it was let go, or has moved. The call did nothing. */
public final class ObjectMoved extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    ObjectMoved(long object, String runner) {
        super("object " + object + " is not on runner " + runner + " any more");
    }
}
