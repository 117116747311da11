package dev.kiln.examples;

import dev.kiln.pool.RunnerInfo;
import java.time.Duration;
import java.util.Comparator;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A runner is killed while all are busy and calls wait; this watches how its pool gets over it. */
final class Accident {
    private final Duration notBefore;
    private final int max;
    private final Consumer<String> chronicle;
    private Set<String> before = Set.of();
    private @Nullable RunnerInfo victim;
    private boolean told;
    private int lostBefore;
    private @Nullable Duration replacedAfter;
    private long killedNanos;

    /**
     * @param max the runners that the pool may have: with that many, and calls that wait, each of them is missed
     * @param chronicle takes a line about each thing that happens
     */
    Accident(Duration notBefore, int max, Consumer<String> chronicle) {
        this.notBefore = notBefore;
        this.max = max;
        this.chronicle = chronicle;
    }

    void look(Moment moment, Tide tide) {
        RunnerInfo dead = victim;
        if (dead == null) {
            boolean ripe = moment.ready().size() == max && moment.stats().queued() > 0;
            if (ripe && moment.at().compareTo(notBefore) >= 0) {
                kill(moment);
            }
            return;
        }
        if (!told && moment.stats().losses() > 0 && tide.lost() > 0 && tide.lost() == lostBefore) {
            told = true;
            chronicle.accept("its " + tide.lost() + " callers have a RunnerLost, "
                    + toldAfter(tide).toMillis() + " ms after the kill");
        }
        lostBefore = tide.lost();
        if (replacedAfter == null) {
            moment.ready().stream()
                    .filter(runner -> !before.contains(runner.id()))
                    .findFirst()
                    .ifPresent(this::replaced);
        }
    }

    private void kill(Moment moment) {
        RunnerInfo chosen = moment.ready().stream()
                .max(Comparator.comparingInt(RunnerInfo::activeCalls))
                .orElseThrow();
        before = moment.runners().stream().map(RunnerInfo::id).collect(Collectors.toSet());
        victim = chosen;
        long pid = chosen.pid().orElseThrow();
        chronicle.accept(
                "kill -9 " + pid + ": " + chosen.id() + " dies with " + chosen.activeCalls() + " calls running");
        killedNanos = System.nanoTime();
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }

    private void replaced(RunnerInfo runner) {
        replacedAfter = Duration.ofNanos(System.nanoTime() - killedNanos);
        chronicle.accept(runner.id() + " has taken its place, " + Numbers.seconds(replacedAfter) + " after the kill");
    }

    /** Whether this is the runner that was killed. */
    boolean killed(String runner) {
        return victim != null && victim.id().equals(runner);
    }

    String victim() {
        return victim == null ? "nobody" : victim.id();
    }

    /** How long it took until the last of its callers knew; meaningful if any was told. */
    Duration toldAfter(Tide tide) {
        return Duration.ofNanos(tide.lastLossNanos() - killedNanos);
    }

    /** How long it took until another runner took calls; null if none does. */
    @Nullable
    Duration replacedAfter() {
        return replacedAfter;
    }
}
