package dev.kiln.pool;

import java.time.Instant;
import java.util.OptionalLong;

/**
 * A runner as its pool last heard of it.
 *
 * @param id unique within the pool, never used twice
 * @param pid its process, if it is one of this or another machine and has greeted
 * @param activeCalls calls that were sent to it and are not over
 * @param placedObjects objects that are placed there
 * @param residentCount frames and other data there that somebody holds
 * @param residentBytes their size in bytes
 * @param host the name of its machine; empty before it has greeted
 * @param startedAt when it was asked for, by this machine's clock
 */
public record RunnerInfo(
        String id,
        OptionalLong pid,
        RunnerState state,
        int activeCalls,
        int placedObjects,
        long residentCount,
        long residentBytes,
        String host,
        Instant startedAt) {}
