package dev.kiln.pool;

import dev.kiln.gc.ProcessRef;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/** Which runners may be asked to keep data that others hold. On the owner's thread. */
final class Hosts {
    private Hosts() {}

    /** Those that take calls, the ones that keep the fewest bytes first, as last heard of; of equal ones the oldest. */
    static List<ProcessRef> of(Crew crew, LiveRunners runners) {
        return crew.in(RunnerState.READY).stream()
                .map(member -> runners.find(member.id()))
                .filter(Objects::nonNull)
                .sorted(Comparator.comparingLong(runner -> runner.status().residentBytes()))
                .map(LiveRunner::ref)
                .toList();
    }
}
