package dev.kiln.pool;

import dev.kiln.frame.FrameInfo;
import dev.kiln.frame.FrameSpace;
import dev.kiln.frame.Inventory;
import dev.kiln.frame.QueryInterrupted;
import dev.kiln.gc.ProcessRef;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** The frames on a pool's runners, and which of them the program has forgotten. Any thread; blocks. */
record FrameListing(String pool, boolean traced, FrameSpace space, LiveRunners runners) {
    private static final System.Logger LOG = System.getLogger(Pool.class.getName());

    /** So long a runner may take to tell. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** The same when the pool is being closed. */
    private static final Duration LAST_PATIENCE = Duration.ofMillis(500);

    /** Cleaners that have let nothing go for so long have nothing left to do. */
    private static final Duration COLLECTED_PATIENCE = Duration.ofMillis(100);

    /** So many frames are named in the log. */
    private static final int NAMED = 10;

    List<FrameInfo> all() {
        return asked(runners.greeted(), PATIENCE);
    }

    private List<FrameInfo> asked(List<ProcessRef> parties, Duration atMost) {
        Inventory inventory = space.inventory(parties, atMost);
        if (!inventory.silent().isEmpty()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "pool {0}: left out of a list of frames, since they did not answer within {1}: {2}",
                    pool,
                    atMost,
                    inventory.silent().stream().map(ProcessRef::name).collect(Collectors.joining(", ")));
        }
        return inventory.frames();
    }

    /**
     * What this process can still reach and has not let go of, the largest first, which is logged. What it cannot reach is no
     * leak, such as the steps of a chain, which hold its source: it is collected first. Nobody is asked if nothing is left.
     */
    List<FrameInfo> forgotten() {
        if (space.heldElsewhere() > 0) {
            collect();
        }
        if (space.heldElsewhere() == 0) {
            return List.of();
        }
        String self = space.self().name();
        try {
            List<FrameInfo> frames = asked(runners.greeted(), LAST_PATIENCE).stream()
                    .filter(frame -> frame.holders().contains(self))
                    .sorted(Comparator.comparingLong(FrameInfo::bytes).reversed())
                    .toList();
            if (!frames.isEmpty()) {
                LOG.log(System.Logger.Level.INFO, report(frames));
            }
            return frames;
        } catch (QueryInterrupted e) {
            return List.of(); // closing goes on; the thread's flag is set again
        } catch (RuntimeException e) { // no reason not to close
            LOG.log(
                    System.Logger.Level.WARNING,
                    "pool " + pool + " could not tell which frames were never released",
                    e);
            return List.of();
        }
    }

    /** Cleaners run after the collection, one after the other: until for a moment none has let anything go. */
    private void collect() {
        System.gc();
        int before = space.heldElsewhere();
        long changed = System.nanoTime();
        while (before > 0 && System.nanoTime() - changed < COLLECTED_PATIENCE.toNanos()) {
            LockSupport.parkNanos(this, COLLECTED_PATIENCE.toNanos() / 20);
            int now = space.heldElsewhere();
            if (now != before) {
                before = now;
                changed = System.nanoTime();
            }
            if (Thread.currentThread().isInterrupted()) { // it would not park again
                return;
            }
        }
    }

    private String report(List<FrameInfo> frames) {
        long bytes = frames.stream().mapToLong(FrameInfo::bytes).sum();
        String named = frames.stream().limit(NAMED).map(frame -> "\n  " + frame).collect(Collectors.joining());
        String rest = frames.size() > NAMED ? "\n  and " + (frames.size() - NAMED) + " more" : "";
        String advice = traced ? "" : "; traceFrames(true) tells where they were made";
        return "pool " + pool + " is closed, and " + frames.size() + " frames of " + bytes
                + " bytes were never released: close them, or make them in a batch" + advice + named + rest;
    }
}
