package dev.kiln.pool;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A batch's numbers at one moment. Those of batches within it are counted in.
 *
 * @param elapsed since it was opened, until it ended
 * @param frames handles on frames and residents that it would release
 * @param objects placed objects that it would release
 * @param bytes of the data behind the handles, each once
 * @param progress from 0 to 1, if its work reports any
 * @param remaining how long it will take at the pace so far, if its work reports any progress
 */
public record BatchStatus(
        String id,
        String name,
        State state,
        int priority,
        Duration elapsed,
        Calls calls,
        int frames,
        int objects,
        long bytes,
        OptionalDouble progress,
        Optional<Duration> remaining) {

    /** Where a batch is. */
    public enum State {
        /** It has calls, and none of them has begun. */
        QUEUED,
        RUNNING,
        DONE,
        /** Its body threw, or it ran out of time. */
        FAILED,
        CANCELLED
    }

    /** How its calls are. */
    public record Calls(int queued, int running, int done, int failed, int cancelled) {}
}
