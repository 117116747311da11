package dev.kiln.pool;

/**
 * A pool's numbers at one moment.
 *
 * @param queued calls that wait for a slot
 * @param running calls that were sent to a runner and are not over
 * @param booting runners asked for that have not greeted yet
 * @param ready runners that take work
 * @param retiring runners that take no new work
 * @param boots runners that came up since the pool was opened
 * @param bootFailures runners that did not come up
 * @param losses runners that ended without having been told to
 */
public record PoolStats(
        int queued, int running, int booting, int ready, int retiring, long boots, long bootFailures, long losses) {}
