package dev.kiln.gc;

/**
 * Something that happens in a history from outside the protocol: a program does something, or something fails.
 *
 * @param time when, in units of the world's clock
 * @param kind what
 * @param dice decides who and which: of its own, so that an action does much the same when others are left out
 */
record Action(long time, Kind kind, long dice) {

    /** What happens; the weights are percent. */
    enum Kind {
        /** A program sends handles to another process: on new resources, its own, or others' (a third-party send). */
        SEND(38),
        /** A program closes a handle. */
        CLOSE(22),
        /** A program duplicates a handle. */
        COPY(4),
        /** A process tells its news now, and not a little later. */
        FLUSH(5),
        /** An owner moves a resource to another process and forwards from then on. */
        MOVE(4),
        /** An owner gives another process a copy of the data; the handle then names both. */
        REPLICATE(4),
        /** A program opens a batch, within another or not. */
        OPEN_BATCH(4),
        /** A program keeps a member of a batch beyond it. */
        KEEP(2),
        /** A program transfers a handle to another batch. */
        TRANSFER(2),
        /** A program ends or deletes a batch. */
        END_BATCH(4),
        /** A connection breaks and is made again at once: what was on its way is lost, and sent again. */
        LOSE(3),
        /** Two processes do not reach each other for a while. */
        PART(4),
        /** A process stands still for a while, and does not know it. */
        FREEZE(2),
        /** A process ends; it may come back, in a new life. */
        CRASH(2);

        private final int percent;

        Kind(int percent) {
            this.percent = percent;
        }

        static Kind of(int dice) {
            int rest = dice;
            for (Kind kind : values()) {
                rest -= kind.percent;
                if (rest < 0) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("the dice has 0 to 99, was " + dice);
        }
    }
}
