package dev.kiln.frame;

import dev.kiln.gc.ProcessRef;

/**
 * Keeps data in memory where it is. A pin belongs to the process that set it, whose second one changes nothing; it ends with
 * {@code unpin} by that process, with that process, and with the data, with which it moves. Any thread.
 */
final class Pins {
    private static final System.Logger LOG = System.getLogger(Pins.class.getName());

    /** This process, in the eyes of its own tables. */
    private static final Object HERE = new Object();

    private Pins() {}

    /** Pins all data of a plan, or ends that, wherever it is. Within a use of the plan. */
    static void set(Plan plan, boolean on) {
        for (Leaf leaf : plan.leaves()) {
            switch (leaf) {
                case Table table -> set(table, HERE, on);
                case RemoteTable remote -> remote.space().client().pin(remote, on);
            }
        }
    }

    /** The same for another process with data that is here. */
    static void set(Frame frame, Object by, boolean on) {
        frame.with(plan -> {
            for (Leaf leaf : plan.leaves()) {
                if (leaf instanceof Table table) {
                    set(table, by, on);
                }
            }
            return on;
        });
    }

    /** Pins data that has come here for those for whom it was pinned before: better without a pin than not at all. */
    static void keep(Frame frame, ProcessRef by) {
        try {
            set(frame, by, true);
        } catch (FrameRefused noRoom) {
            LOG.log(System.Logger.Level.WARNING, frame.id() + " is no longer pinned for " + by.name(), noRoom);
        }
    }

    private static void set(Table table, Object by, boolean on) {
        if (on) {
            table.storage().pin(by);
        } else {
            table.storage().unpin(by);
        }
    }
}
