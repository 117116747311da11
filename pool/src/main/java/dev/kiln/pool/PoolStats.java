package dev.kiln.pool;

import java.time.Duration;

/**
 * A pool's numbers at one moment. Those that count what happened do so since the pool was opened.
 *
 * @param queued calls that wait for a slot
 * @param running calls that were sent to a runner and are not over
 * @param booting runners asked for that have not greeted yet
 * @param ready runners that take work
 * @param retiring runners that take no new work
 * @param freeSlots slots of the ready runners that no call has
 * @param oldestWait how long the call that waits longest has waited; zero if none waits
 * @param boots runners that came up
 * @param bootFailures runners that did not come up
 * @param losses runners that ended without having been told to
 * @param callsDone calls that returned
 * @param callsFailed calls that ended otherwise: their closure threw, or they were cancelled, out of time, refused or lost
 */
public record PoolStats(
        int queued,
        int running,
        int booting,
        int ready,
        int retiring,
        int freeSlots,
        Duration oldestWait,
        long boots,
        long bootFailures,
        long losses,
        long callsDone,
        long callsFailed) {}
