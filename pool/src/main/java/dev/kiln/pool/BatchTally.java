package dev.kiln.pool;

import dev.kiln.frame.spi.Scope;
import dev.kiln.gc.BatchState;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** What a batch counts of what has happened in it. Any thread; times are those of {@link System#nanoTime}. */
final class BatchTally {
    private final long openedNanos;
    private final Map<Long, Progress> progress = new HashMap<>(); // by call; guarded by this, as all below
    private @Nullable Long endedNanos;
    private long progressedNanos;
    private int done;
    private int failed;
    private int cancelled;

    private record Progress(long done, long total) {}

    BatchTally(long openedNanos) {
        this.openedNanos = openedNanos;
    }

    synchronized void ended(long nowNanos) {
        endedNanos = nowNanos;
    }

    /** A call is over; one that has returned has come as far as it said it would. */
    synchronized void counted(long call, Outcome outcome) {
        switch (outcome) {
            case Outcome.Returned _ -> returned(call);
            case Outcome.PassedOn passed -> {
                if (passed.returned()) {
                    returned(call);
                } else {
                    failed++;
                }
            }
            case Outcome.Failed(CallCancelled _) -> cancelled++;
            case Outcome.Failed _, Outcome.Threw _, Outcome.FailedThere _ -> failed++;
        }
    }

    private void returned(long call) {
        done++;
        progress.computeIfPresent(call, (_, p) -> new Progress(p.total, p.total));
    }

    synchronized void progressed(long call, long now, long total, long nowNanos) {
        progress.put(call, new Progress(now, total));
        progressedNanos = nowNanos;
    }

    synchronized BatchStatus status(
            String id, BatchOptions options, BatchState state, List<Scope.Member> members, long bytes, long nowNanos) {
        int queued = 0;
        int running = 0;
        int objects = 0;
        for (Scope.Member member : members) {
            switch (member) {
                case BatchCall call when call.begun() -> running++;
                case BatchCall _ -> queued++;
                case BatchObject _ -> objects++;
                default -> {}
            }
        }
        long until = endedNanos == null ? nowNanos : endedNanos;
        var now =
                switch (state) {
                    case OPEN ->
                        queued > 0 && running + done + failed + cancelled == 0
                                ? BatchStatus.State.QUEUED
                                : BatchStatus.State.RUNNING;
                    case DONE -> BatchStatus.State.DONE;
                    case FAILED -> BatchStatus.State.FAILED;
                    case CANCELLED -> BatchStatus.State.CANCELLED;
                };
        return new BatchStatus(
                id,
                options.name(),
                now,
                options.priority(),
                Duration.ofNanos(until - openedNanos),
                new BatchStatus.Calls(queued, running, done, failed, cancelled),
                members.size() - queued - running - objects,
                objects,
                bytes,
                part(),
                remaining());
    }

    private OptionalDouble part() {
        long all = progress.values().stream().mapToLong(Progress::total).sum();
        long come = progress.values().stream().mapToLong(Progress::done).sum();
        return all == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) come / all);
    }

    /** At the pace from the opening to the last report. */
    private Optional<Duration> remaining() {
        OptionalDouble part = part();
        if (part.isEmpty() || part.getAsDouble() == 0) {
            return Optional.empty();
        }
        double nanos = (progressedNanos - openedNanos) * (1 / part.getAsDouble() - 1);
        return Optional.of(Duration.ofNanos((long) nanos));
    }
}
