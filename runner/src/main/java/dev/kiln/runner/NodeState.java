package dev.kiln.runner;

/**
 * A runner's life after its greeting.
 *
 * <pre>
 *  SERVING ──▶ LEAVING ──▶ ORPHANED     LEAVING: told to end, or retired; takes no work, finishes what runs
 *   │    │        │            │        ORPHANED: without its caller, for good; takes no work, serves its frames to
 *   │    └────────┼─────▶──────┤        unlinked work that still runs and to other runners that hold them, ends with
 *   └─────────────┴─────────▶ OVER      the last of these
 * </pre>
 */
enum NodeState {
    SERVING,
    LEAVING,
    ORPHANED,
    OVER;

    /** Whether there is an arrow; none leads back. */
    boolean maySucceed(NodeState earlier) {
        return compareTo(earlier) > 0;
    }
}
