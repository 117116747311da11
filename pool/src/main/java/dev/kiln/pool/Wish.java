package dev.kiln.pool;

import java.util.Map;

/** Where a call wants to run. */
sealed interface Wish {
    Wish ANYWHERE = new Anywhere(Map.of());

    /**
     * On any runner with a free slot.
     *
     * @param bytes how much of the call's data is on which runner: of those with a free slot, the one with most gets it
     */
    record Anywhere(Map<String, Long> bytes) implements Wish {
        public Anywhere {
            bytes = Map.copyOf(bytes);
        }
    }

    /** On that runner and no other: it waits for a slot there, and is misplaced as soon as there will be none. */
    record On(String runner) implements Wish {}

    /** Where the other calls of that key run, as long as that runner takes calls. */
    record Keyed(String key) implements Wish {}

    /** On that runner, at once and without a slot: what it works with has one there. */
    record Inside(String runner) implements Wish {}
}
