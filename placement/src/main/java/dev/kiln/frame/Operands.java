package dev.kiln.frame;

import dev.kiln.gc.ProcessRef;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which party runs a plan whose data lies at several ones, or in copies at several ones. */
final class Operands {
    private Operands() {}

    /** A party that has a copy of some of the data. */
    record Site(RemoteTable data, ProcessRef owner) {}

    /** A handle on data of the party where the plan runs, and that party; empty if it runs in this process. */
    static Optional<Site> chosen(Plan plan) {
        return chosen(plan, Set.of());
    }

    /** @param silent parties that are not asked; if all data is theirs, the result is empty, too */
    static Optional<Site> chosen(Plan plan, Set<ProcessRef> silent) {
        List<RemoteTable> elsewhere = plan.leaves().stream()
                .filter(RemoteTable.class::isInstance)
                .map(RemoteTable.class::cast)
                .toList();
        List<Site> sites = elsewhere.stream()
                .flatMap(data -> data.owners().stream().map(owner -> new Site(data, owner)))
                .filter(site -> !silent.contains(site.owner()))
                .toList();
        if (sites.isEmpty()) {
            return Optional.empty();
        }
        Site first = sites.getFirst();
        if (sites.stream().allMatch(site -> site.owner().equals(first.owner()))) {
            return Optional.of(first);
        }
        boolean firstOnly = first.data().space().operands() == OperandPolicy.FIRST_OPERAND;
        return Optional.of(largest(
                plan,
                firstOnly
                        ? sites.stream()
                                .filter(site -> site.data() == first.data())
                                .toList()
                        : sites));
    }

    /** The first of those whose owner has the most bytes. */
    private static Site largest(Plan plan, List<Site> sites) {
        Map<ProcessRef, Long> bytes = new HashMap<>();
        add(plan, bytes);
        Site most = sites.getFirst();
        for (Site site : sites) {
            if (bytes.getOrDefault(site.owner(), 0L) > bytes.getOrDefault(most.owner(), 0L)) {
                most = site;
            }
        }
        return most;
    }

    private static void add(Plan plan, Map<ProcessRef, Long> bytes) {
        Optional<RemoteTable> moved = Moves.moved(plan);
        if (moved.isPresent()) {
            long size = Moves.bytes(plan);
            moved.get().owners().forEach(owner -> bytes.merge(owner, size, Long::sum));
        } else {
            plan.inputs().forEach(input -> add(input, bytes));
        }
    }
}
