package dev.kiln.frame;

import dev.kiln.gc.ProcessRef;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which party runs a plan whose data lies at several ones. */
final class Operands {
    private Operands() {}

    /** A handle on data of the party where the plan runs; empty if it runs in this process. */
    static Optional<RemoteTable> chosen(Plan plan) {
        List<RemoteTable> elsewhere = plan.leaves().stream()
                .filter(RemoteTable.class::isInstance)
                .map(RemoteTable.class::cast)
                .toList();
        if (elsewhere.isEmpty()) {
            return Optional.empty();
        }
        RemoteTable first = elsewhere.getFirst();
        boolean one = elsewhere.stream().allMatch(data -> data.owner().equals(first.owner()));
        return Optional.of(
                one || first.space().operands() == OperandPolicy.FIRST_OPERAND ? first : largest(plan, elsewhere));
    }

    /** The first of those whose owner has the most bytes. */
    private static RemoteTable largest(Plan plan, List<RemoteTable> elsewhere) {
        Map<ProcessRef, Long> bytes = new LinkedHashMap<>();
        add(plan, bytes);
        RemoteTable most = elsewhere.getFirst();
        for (RemoteTable data : elsewhere) {
            if (bytes.getOrDefault(data.owner(), 0L) > bytes.getOrDefault(most.owner(), 0L)) {
                most = data;
            }
        }
        return most;
    }

    private static void add(Plan plan, Map<ProcessRef, Long> bytes) {
        Optional<RemoteTable> moved = Moves.moved(plan);
        if (moved.isPresent()) {
            bytes.merge(moved.get().owner(), Moves.bytes(plan), Long::sum);
        } else {
            plan.inputs().forEach(input -> add(input, bytes));
        }
    }
}
