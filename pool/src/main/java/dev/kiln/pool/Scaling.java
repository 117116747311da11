package dev.kiln.pool;

/**
 * How many runners are started, whenever anything has changed.
 *
 * <pre>{@code
 * Scaling atMostTwoAtATime = demand -> Math.min(2 - demand.booting(), Scaling.onDemand().boots(demand));
 * Pool pool = Pool.named("media").max(20).scaling(atMostTwoAtATime).open();
 * }</pre>
 *
 * <p>The pool sees to min itself, never passes max, and pauses after runners that did not come up: a policy need not. It is
 * also asked before an idle runner goes, about what would be without that one: while it would start another in its place,
 * the runner stays. A policy must be a pure function of what it is told; it is asked in the middle of the pool's work. One
 * that throws, or asks for fewer than no runners, is logged and {@link #onDemand} takes its place until the pool closes.
 */
@FunctionalInterface
public interface Scaling {

    /**
     * What there is and what is wanted.
     *
     * @param queued waiting calls that a new runner could take; not those that wait for a certain one
     * @param freeSlots of the runners that are up
     * @param bootingSlots of those that were asked for
     * @param warmSpare free slots to be kept ready
     * @param slotsPerRunner at least 1
     * @param ready runners that take calls
     * @param booting runners asked for that are not up yet
     * @param retiring runners that take no new calls and are not gone
     * @param min runners that the pool keeps anyway
     * @param max bound of ready, booting and retiring runners together
     */
    record Demand(
            int queued,
            int freeSlots,
            int bootingSlots,
            int warmSpare,
            int slotsPerRunner,
            int ready,
            int booting,
            int retiring,
            int min,
            int max) {}

    /**
     * How many runners to start now, in addition to those that are booting: at least 0. What passes max is left out.
     */
    int boots(Demand demand);

    /** As many as the waiting calls and the warm spare need, all at once: ceil(deficit / slotsPerRunner). The default. */
    static Scaling onDemand() {
        return demand -> {
            long deficit = (long) demand.queued() + demand.warmSpare() - demand.freeSlots() - demand.bootingSlots();
            return deficit <= 0 ? 0 : Math.clamp(Math.ceilDiv(deficit, demand.slotsPerRunner()), 0, Integer.MAX_VALUE);
        };
    }
}
