package dev.kiln.frame;

import dev.kiln.gc.ProcessRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which party runs a plan whose data lies at several ones, or in copies at several ones. One thread. */
final class Operands {
    private final List<Operand> found = new ArrayList<>();

    /** A part of the plan that moves as one if it has to, and the data under it. */
    private record Operand(Plan part, RemoteTable data) {}

    /** A party that has a copy of some of the data. */
    record Site(RemoteTable data, ProcessRef owner) {}

    private Operands() {}

    /** A handle on data of the party where the plan runs, and that party; empty if it runs in this process. */
    static Optional<Site> chosen(Plan plan) {
        return chosen(plan, Set.of());
    }

    /** @param silent parties that are not asked; if all data is theirs, the result is empty, too */
    static Optional<Site> chosen(Plan plan, Set<ProcessRef> silent) {
        Operands operands = new Operands();
        operands.find(plan);
        List<Site> sites = operands.found.stream()
                .map(Operand::data)
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
        return Optional.of(operands.largest(
                firstOnly
                        ? sites.stream()
                                .filter(site -> site.data() == first.data())
                                .toList()
                        : sites));
    }

    /** Finds what is elsewhere and has a say, in the order of the plan; whether there is any. */
    private boolean find(Plan plan) {
        Optional<RemoteTable> moved = Moves.moved(plan);
        if (moved.isPresent()) {
            found.add(new Operand(plan, moved.get()));
            return true;
        }
        if (plan instanceof Combination.Put put) {
            // a column does not draw a frame of this process away: it comes here
            boolean elsewhere = find(put.frame());
            if (elsewhere) {
                find(put.column());
            }
            return elsewhere;
        }
        boolean any = false;
        for (Plan input : plan.inputs()) {
            any |= find(input);
        }
        return any;
    }

    /** The first of those whose owner has the most bytes. */
    private Site largest(List<Site> sites) {
        Map<ProcessRef, Long> bytes = new HashMap<>();
        for (Operand operand : found) {
            long size = Moves.bytes(operand.part());
            operand.data().owners().forEach(owner -> bytes.merge(owner, size, Long::sum));
        }
        Site most = sites.getFirst();
        for (Site site : sites) {
            if (bytes.getOrDefault(site.owner(), 0L) > bytes.getOrDefault(most.owner(), 0L)) {
                most = site;
            }
        }
        return most;
    }
}
