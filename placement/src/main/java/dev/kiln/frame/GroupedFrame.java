package dev.kiln.frame;

import java.util.List;

/** A frame with the columns to group it by: what {@link Frame#groupBy} returns, on the way to {@link #summarise}. */
public final class GroupedFrame {
    private final Frame frame;
    private final List<String> keys;

    GroupedFrame(Frame frame, List<String> keys) {
        this.frame = frame;
        this.keys = keys;
    }

    /**
     * One row per combination of the keys that occurs: the keys, then a column per expression. Groups come in no
     * particular order; sort them. A null key is a group like any other. Without keys: one row for the whole frame. An
     * aggregate that depends on the order of its rows must say so: {@code "first = first(delay order by date)"}.
     *
     * @param columns {@code "name = expression"}, where the expression aggregates: {@code "flights = count(*)"},
     *     {@code "late = avg(delay) filter (delay > 0)"}. Sums of whole numbers are 64 bits wide; one that does not fit
     *     is a {@link QueryFailed}, so sum {@code x::double} then. None at all: the combinations of the keys
     * @throws IllegalArgumentException if an expression is not of that form, or two columns would have the same name
     * @throws QueryFailed if the engine refuses an expression, here or at the end of the chain
     */
    public Frame summarise(String... columns) {
        return frame.derive(input -> Verbs.summarise(input, keys, columns));
    }
}
