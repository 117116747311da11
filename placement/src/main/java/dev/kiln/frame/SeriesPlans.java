package dev.kiln.frame;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Series as plans. Those of one and the same frame are computed in one pass over it; others are put side by side first. What
 * is computed from series is again an expression over what they come from, so that long calculations stay one query.
 */
final class SeriesPlans {
    /** An expression that uses itself again and again would double each time. */
    private static final int LONGEST = 10_000;

    private SeriesPlans() {}

    /** A frame, and what the series is in its columns. */
    private record Cut(Plan base, String expression) {
        static Cut of(Plan series) {
            return switch (series) {
                case Plan.Derive derive ->
                    new Cut(derive.input(), derive.column().expression());
                case Plan.Select select ->
                    new Cut(select.input(), Names.quote(select.names().getFirst()));
                default -> new Cut(series, Names.quote(series.names().getFirst()));
            };
        }
    }

    /**
     * A series made of others.
     *
     * @param verb for messages
     * @param name what it is called
     * @param parts series, whose plans are given, and scalars, in the order of the expression
     * @param plans of the series among the parts, in order
     * @param expression from a piece of SQL per part
     * @throws IllegalArgumentException if a scalar is nothing for the engine, or numbers of rows are known to be different
     * @throws IllegalStateException if the expression has become too long
     */
    static Plan of(
            String verb,
            String name,
            List<? extends @Nullable Object> parts,
            List<Plan> plans,
            Function<List<String>, String> expression) {
        List<Cut> cuts = plans.stream().map(Cut::of).toList();
        Plan base = common(cuts);
        if (base == null) {
            List<Plan> sides = new ArrayList<>();
            for (Cut cut : cuts) {
                sides.add(new Plan.Derive(cut.base(), new Assignment("s" + (sides.size() + 1), cut.expression())));
            }
            base = new Combination.ConcatColumns("series", sides);
            cuts = sides.stream()
                    .map(side -> new Cut(side, Names.quote(side.names().getFirst())))
                    .toList();
        }
        List<Leaf> data = base.leaves();
        Iterator<Cut> series = cuts.iterator();
        List<String> written = new ArrayList<>();
        long given = 0; // a long text of the user's is no reason to refuse
        for (Object part : parts) {
            written.add(part instanceof Series ? series.next().expression() : SqlText.literal(verb, part, data));
            given += part instanceof Series ? 0 : written.getLast().length();
        }
        String text = expression.apply(written);
        if (text.length() - given > LONGEST) {
            throw new IllegalStateException(verb + ": the expression has more than " + LONGEST
                    + " characters; go on with what compute() returns, which is data and no chain");
        }
        return new Plan.Derive(base, new Assignment(name, text));
    }

    @SuppressWarnings("ReferenceEquality") // of one and the same plan, rows are known to belong together
    private static @Nullable Plan common(List<Cut> cuts) {
        Plan base = cuts.getFirst().base();
        return cuts.stream().allMatch(cut -> cut.base() == base) ? base : null;
    }

    /** A frame with a series as another column, or in the place of one. */
    @SuppressWarnings("ReferenceEquality")
    static Plan put(Plan frame, Plan series, String name) {
        Cut cut = Cut.of(series);
        return cut.base() == frame
                ? new Plan.Mutate(frame, new Assignment(name, cut.expression()))
                : new Combination.Put(frame, series, name);
    }
}
