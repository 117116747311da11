package dev.kiln.gc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs histories, and makes a failing one small.
 *
 * <pre>{@code
 * Simulator simulator = new Simulator(Rules::new);
 * Simulator.Failure failure = simulator.run(History.of(seed));   // null if all invariants hold
 * System.out.println(failure.minimal());                         // its messages, as a diagram
 * System.out.println(simulator.coverage().missed());
 * }</pre>
 *
 * <p>Not thread-safe; several may run beside each other.
 */
final class Simulator {
    private final Rules.Maker rules;
    private final Coverage coverage = new Coverage();

    /** @param rules the protocol that the processes follow */
    Simulator(Rules.Maker rules) {
        this.rules = rules;
    }

    /**
     * A history that went wrong.
     *
     * @param history all of it
     * @param violation how
     * @param shrunk less of it that goes wrong in the same way
     * @param diagram the messages of that
     */
    record Failure(History history, Violation violation, History shrunk, String diagram) {
        @Override
        public String toString() {
            return "seed " + history.seed() + ": " + violation.getMessage() + "\n\nminimal: "
                    + shrunk.actions().size() + " of " + history.actions().size() + " actions, weather "
                    + shrunk.weather() + "\n" + diagram;
        }
    }

    Coverage coverage() {
        return coverage;
    }

    /** Null if every invariant held. */
    @Nullable
    Failure run(History history) {
        Violation violation = violation(history, coverage);
        return violation == null ? null : shrunk(history, violation);
    }

    /** How this history goes wrong; null if it does not. */
    private @Nullable Violation violation(History history, Coverage counted) {
        try {
            new World(history, rules, counted, Diagram.none()).run();
            return null;
        } catch (Violation violation) {
            return violation;
        }
    }

    /** As with delta debugging: leaves out ever smaller parts for as long as it goes wrong in the same way. */
    private Failure shrunk(History history, Violation violation) {
        History least = history;
        for (boolean progress = true; progress; ) {
            int before = least.actions().size();
            for (int size = Math.max(1, before / 2); size >= 1; size /= 2) {
                least = without(least, size, violation.invariant());
            }
            History calmer = calmer(least, violation.invariant());
            progress = least.actions().size() < before || !calmer.equals(least);
            least = calmer;
        }
        var diagram = Diagram.of(least.parties());
        Violation last = violation;
        try {
            new World(least, rules, new Coverage(), diagram).run();
        } catch (Violation again) {
            last = again;
        }
        return new Failure(history, violation, least, diagram + "\n" + last.getMessage());
    }

    private History without(History history, int size, Violation.Of invariant) {
        History least = history;
        for (int from = 0; from < least.actions().size(); ) {
            List<Action> fewer = new ArrayList<>(least.actions());
            fewer.subList(from, Math.min(from + size, fewer.size())).clear();
            History candidate = least.with(fewer);
            if (fails(candidate, invariant)) {
                least = candidate;
            } else {
                from += size;
            }
        }
        return least;
    }

    private History calmer(History history, Violation.Of invariant) {
        History least = history;
        for (History.Weather weather : History.Weather.values()) {
            History candidate = history.with(weather, false, false);
            if (weather.compareTo(history.weather()) <= 0 && fails(candidate, invariant)) {
                least = candidate;
                break;
            }
        }
        return least;
    }

    private boolean fails(History history, Violation.Of invariant) {
        Violation violation = violation(history, new Coverage());
        return violation != null && violation.invariant() == invariant;
    }
}
