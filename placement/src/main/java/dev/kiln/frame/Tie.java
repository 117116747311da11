package dev.kiln.frame;

/** How a handle stands on where its data lies. */
enum Tie {
    /** It is used here: where the data moves, it follows. */
    FOLLOWS,
    /** A message names it: it stays where it is whatever moves, so that its place answers until the message has been read. */
    STAYS,
    /** The same, and the message may be read when this process has ended: the owner is told that it is lent. */
    LENT;

    boolean follows() {
        return this == FOLLOWS;
    }
}
