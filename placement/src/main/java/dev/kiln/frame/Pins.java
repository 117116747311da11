package dev.kiln.frame;

/**
 * Keeps data in memory where it is. A pin belongs to the process that set it, whose second one changes nothing; it ends with
 * {@code unpin} by that process, with that process, and with the data. Any thread.
 */
final class Pins {
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

    private static void set(Table table, Object by, boolean on) {
        if (on) {
            table.storage().pin(by);
        } else {
            table.storage().unpin(by);
        }
    }
}
