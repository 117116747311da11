package dev.kiln.frame;

import static java.util.stream.Collectors.joining;

import dev.kiln.frame.spi.MemoryAlarm;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Which verb of a chain is to blame, in words that a user can use. */
final class Faults {
    /** How Arrow's C interface dresses up a failure in the middle of a result. */
    private static final Pattern THROUGH_ARROW =
            Pattern.compile("CDataJniException\\{errno=-?\\d+, message=(.*)}", Pattern.DOTALL);

    /** How the engine's own words begin when its memory limit is reached. */
    private static final String OUT_OF_MEMORY = "Out of Memory Error";

    /** Each verb that is looked at is a statement prepared. */
    private static final int SEARCHED_DEPTH = 50;

    private Faults() {}

    /**
     * What to throw when the statement of a plan failed.
     *
     * @param end the verb that ran it, empty if it does not matter
     */
    static RuntimeException of(Plan plan, String end, Query query, ExecutionException failure) {
        String chain = Stream.of(verbs(plan), end).filter(s -> !s.isEmpty()).collect(joining(", "));
        return of(refused(plan).orElse(chain), query, failure);
    }

    /** What to throw when a statement failed. */
    static RuntimeException of(String verb, Query query, ExecutionException failure) {
        return switch (failure.getCause()) {
            case RuntimeException ours -> ours;
            case Error ours -> throw ours;
            case null -> new QueryFailed(verb, query.sql(), "no reason given", failure);
            case Throwable engines -> failed(verb, query, engines);
        };
    }

    private static QueryFailed failed(String verb, Query query, Throwable engines) {
        String reason = reason(engines);
        if (reason.startsWith(OUT_OF_MEMORY)) {
            MemoryAlarm.raise(reason);
        }
        return new QueryFailed(verb, query.sql(), reason, engines);
    }

    /** The verbs that can fail at a row in their order, or all if there are none. */
    static String verbs(Plan plan) {
        SequencedSet<String> all = new LinkedHashSet<>();
        SequencedSet<String> speaking = new LinkedHashSet<>();
        for (Plan step : inOrder(plan)) {
            all.add(PlanText.verb(step));
            switch (step) {
                case Plan.Filter s -> speaking.add(PlanText.verb(s));
                case Plan.Mutate s -> speaking.add(PlanText.verb(s));
                case Plan.Derive s -> speaking.add(PlanText.verb(s));
                case Reshape s -> speaking.add(PlanText.verb(s));
                case Plan.Summarise s -> speaking.add(PlanText.verb(s));
                case Plan.Sql s -> speaking.add(PlanText.verb(s));
                case Combination s -> speaking.add(PlanText.verb(s));
                default -> {}
            }
        }
        return String.join(", ", speaking.isEmpty() ? all : speaking);
    }

    /** The first verb that the engine refuses without having seen a row. */
    private static Optional<String> refused(Plan plan) {
        return Verbs.depth(plan) <= SEARCHED_DEPTH && isRefused(plan)
                ? inOrder(plan).stream()
                        .filter(Faults::isRefused)
                        .map(PlanText::verb)
                        .findFirst()
                : Optional.empty();
    }

    private static boolean isRefused(Plan plan) {
        if (plan instanceof Plan.Source) {
            return false;
        }
        try {
            Engine.schema(Query.of(plan));
            return false;
        } catch (ExecutionException e) {
            return true;
        }
    }

    private static List<Plan> inOrder(Plan plan) {
        List<Plan> steps = new ArrayList<>();
        plan.inputs().forEach(input -> steps.addAll(inOrder(input)));
        if (!(plan instanceof Plan.Source)) {
            steps.add(plan);
        }
        return steps;
    }

    /** Without the engine's excerpt of the statement, which users did not write as it stands there. */
    private static String reason(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        Matcher wrapped = THROUGH_ARROW.matcher(message);
        String reason = wrapped.find() ? wrapped.group(1) : message;
        int excerpt = reason.indexOf("\n\nLINE ");
        return (excerpt < 0 ? reason : reason.substring(0, excerpt)).strip();
    }
}
