package dev.kiln.pool;

/**
 * What crosses in the place of a placed object that a closure captured, or that it returns.
 *
 * @param handle whether it is a {@link Placed}, and not its proxy
 */
record ObjectStand(String pool, long object, Class<?> type, boolean handle) {

    /** Turns it into what it stands for, on its reader's side. */
    interface Reader {
        Object read(ObjectStand stand);
    }
}
