package dev.kiln.frame;

import static java.util.stream.Collectors.joining;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.jspecify.annotations.Nullable;

/**
 * One column, here or in another process.
 *
 * <pre>{@code
 * Series delay = flights.column("delay");
 * Frame late = flights.put("hours", delay.div(60)).put("late", delay.greaterThan(15));
 * OptionalDouble mean = delay.mean();
 * Series label = Series.format(flights.column("origin"), " to ", flights.column("dest"));
 * }</pre>
 *
 * <p>Operations are lazy, like the verbs of {@link Frame}, and make a series with the name of the first operand. The other
 * operand is a series with the same number of rows, taken row by row, or a value: a number, boolean, string, date, time, UUID
 * or bytes. Where a value is null, so is the result. Series of one frame are computed in one pass over it; others are put
 * side by side, where the larger of them is (see {@link OperandPolicy}); values have no say in that. A whole number takes the
 * column's type if it fits, and what does not fit its type is a {@link QueryFailed}, never a wrong number.
 *
 * <p>In everything else a series is as a frame is: immutable, thread-safe, with identity equality; {@link #close} ends this
 * handle only.
 */
public final class Series implements AutoCloseable, Serializable {
    private static final long serialVersionUID = 1L;

    /** What a series of plain values is called. */
    private static final String VALUE = "value";

    private final transient Frame frame;

    /** Takes over a frame of one column. */
    Series(Frame frame) {
        this.frame = frame;
    }

    /** The frame of the one column; ends with this series. */
    Frame frame() {
        return frame;
    }

    // --- creation

    /** Whole numbers; see {@link #named} for another name than the usual one. */
    public static Series of(int... values) {
        return ofColumn(values);
    }

    /** Whole numbers of 64 bits. */
    public static Series of(long... values) {
        return ofColumn(values);
    }

    /** Floating point numbers. */
    public static Series of(double... values) {
        return ofColumn(values);
    }

    /** Strings, null allowed. */
    public static Series of(@Nullable String... values) {
        return ofColumn(Arrays.asList(values));
    }

    /** Any values that {@link Frame#columns} takes, null allowed; at least one that is not null, because it tells the type. */
    public static Series of(Collection<?> values) {
        return ofColumn(values);
    }

    private static Series ofColumn(Object values) {
        return new Series(Frame.columns(Map.of(VALUE, values)));
    }

    /**
     * Text of series and values in turn, row by row; null where a series is null.
     *
     * @param parts at least one series; the result has the name of the first one
     */
    public static Series format(Object... parts) {
        return combined("format", Arrays.asList(parts), written -> written.stream()
                .map(part -> "cast(" + part + " as varchar)")
                .collect(joining(" || ", "(", ")")));
    }

    // --- facts

    /** The column's name. */
    public String name() {
        return frame.names().getFirst();
    }

    /** The type; see {@link Frame#schema} for what that may cost. */
    public ArrowType type() {
        return frame.schema().getFields().getFirst().getType();
    }

    /** The number of rows; see {@link Frame#rowCount} for what that may cost. */
    public long size() {
        return frame.rowCount();
    }

    /** See {@link Frame#byteSize}. */
    public long byteSize() {
        return frame.byteSize();
    }

    /** See {@link Frame#isRemote}. */
    public boolean isRemote() {
        return frame.isRemote();
    }

    /** See {@link Frame#owner}. */
    public String owner() {
        return frame.owner();
    }

    /** See {@link Frame#id}. */
    public String id() {
        return frame.id();
    }

    // --- operations

    /** The same values under another name. */
    public Series named(String name) {
        return new Series(
                frame.derive(plan -> SeriesPlans.of("named", name, List.of(this), List.of(plan), List::getFirst)));
    }

    /** The sum of both; days later for dates. */
    public Series plus(@Nullable Object other) {
        return with(other, "plus", "+");
    }

    /** The difference; the number of days for dates. */
    public Series minus(@Nullable Object other) {
        return with(other, "minus", "-");
    }

    /** The product. */
    public Series times(@Nullable Object other) {
        return with(other, "times", "*");
    }

    /** The quotient, a floating point number also for whole ones; infinite or NaN where the divisor is 0. */
    public Series div(@Nullable Object other) {
        return with(other, "div", "/");
    }

    /** True where both are equal. */
    public Series equalTo(@Nullable Object other) {
        return with(other, "equalTo", "=");
    }

    /** True where they are different. */
    public Series notEqualTo(@Nullable Object other) {
        return with(other, "notEqualTo", "<>");
    }

    /** True where this one is smaller. */
    public Series lessThan(@Nullable Object other) {
        return with(other, "lessThan", "<");
    }

    /** True where this one is smaller or equal. */
    public Series atMost(@Nullable Object other) {
        return with(other, "atMost", "<=");
    }

    /** True where this one is larger. NaN is larger than every other number, and equal to itself. */
    public Series greaterThan(@Nullable Object other) {
        return with(other, "greaterThan", ">");
    }

    /** True where this one is larger or equal. */
    public Series atLeast(@Nullable Object other) {
        return with(other, "atLeast", ">=");
    }

    /** True where there is no value, false elsewhere. */
    public Series isNull() {
        return combined("isNull", List.of(this), written -> "(" + written.getFirst() + " is null)");
    }

    /**
     * The same values as another type.
     *
     * @param type a type of the engine: {@code "double"}, {@code "varchar"}, {@code "decimal(10, 2)"}, {@code "date"}
     * @throws QueryFailed here or at the end, if there is no such type or a value does not fit it
     */
    public Series cast(String type) {
        Expression.of("cast", type);
        return combined("cast", List.of(this), written -> "cast(" + written.getFirst() + " as " + type + ")");
    }

    private Series with(@Nullable Object other, String verb, String operator) {
        return combined(
                verb,
                Arrays.asList(this, other),
                written -> "(" + written.getFirst() + " " + operator + " " + written.getLast() + ")");
    }

    private static Series combined(
            String verb, List<? extends @Nullable Object> parts, Function<List<String>, String> expression) {
        List<Series> series = parts.stream()
                .filter(Series.class::isInstance)
                .map(Series.class::cast)
                .toList();
        Plan.require(!series.isEmpty(), verb + ": give at least one series; values alone have no number of rows");
        Series first = series.getFirst();
        List<Frame> others =
                series.subList(1, series.size()).stream().map(Series::frame).toList();
        return new Series(first.frame.derive(
                others, plans -> SeriesPlans.of(verb, plans.getFirst().names().getFirst(), parts, plans, expression)));
    }

    // --- aggregates; each is one round trip

    /** The sum of the values that are there; empty if there are none. Of whole numbers, 64 bits wide. */
    public Optional<Number> sum() {
        return aggregate(column -> "sum(" + column + ")").map(Number.class::cast);
    }

    /** The mean of the values that are there. */
    public OptionalDouble mean() {
        return number(column -> "avg(" + column + "::double)");
    }

    /** The standard deviation of the values that are there, as of a sample; empty for less than two. */
    public OptionalDouble std() {
        return number(column -> "stddev_samp(" + column + "::double)");
    }

    /** The middle of the values that are there in order, or the mean of the two in the middle. */
    public OptionalDouble median() {
        return number(column -> "quantile_cont(" + column + "::double, 0.5)");
    }

    /** The smallest value, as {@link #toList} would give it. */
    public Optional<Object> min() {
        return aggregate(column -> "min(" + column + ")");
    }

    /** The largest value; NaN, if there is one. */
    public Optional<Object> max() {
        return aggregate(column -> "max(" + column + ")");
    }

    /** How many values are there, nulls aside. */
    public long count() {
        return (Long) aggregate(column -> "count(" + column + ")").orElse(0L);
    }

    /** How many values are null. */
    public long nullCount() {
        return (Long) aggregate(column -> "count(*) - count(" + column + ")").orElse(0L);
    }

    /** How many different values there are, nulls aside. */
    public long distinctCount() {
        return (Long) aggregate(column -> "count(distinct " + column + ")").orElse(0L);
    }

    private OptionalDouble number(UnaryOperator<String> aggregate) {
        return aggregate(aggregate)
                .map(value -> OptionalDouble.of((Double) value))
                .orElseGet(OptionalDouble::empty);
    }

    private Optional<Object> aggregate(UnaryOperator<String> aggregate) {
        Assignment column = new Assignment(VALUE, aggregate.apply(Names.quote(name())));
        try (Frame result = frame.derive(plan -> new Plan.Summarise(plan, List.of(), List.of(column)))) {
            return Optional.ofNullable(values(result).getFirst());
        }
    }

    // --- ends

    /** The values in order, as Java objects: numbers of their width, strings, dates, lists, maps; null where there is none. */
    public List<@Nullable Object> toList() {
        return values(frame);
    }

    /**
     * The values in order as objects of a class.
     *
     * @throws IllegalArgumentException if a value cannot be one without loss
     */
    public <T> List<@Nullable T> toList(Class<T> type) {
        String name = name();
        List<@Nullable T> converted = new ArrayList<>();
        for (Object value : values(frame)) {
            converted.add(type.cast(Conversion.to(type, value, name)));
        }
        return converted;
    }

    private static List<@Nullable Object> values(Frame frame) {
        return frame.collected(SeriesValues::of);
    }

    /** Runs the chain and leaves the result where the data is; see {@link Frame#compute}. */
    public Series compute() {
        return new Series(frame.compute());
    }

    /** Runs the chain and brings the result into this process; see {@link Frame#collect}. */
    public Series collect() {
        return new Series(frame.collect());
    }

    /** A frame of this one column. */
    public Frame toFrame() {
        return frame.derive(UnaryOperator.identity());
    }

    /** Ends this handle; any number of times, any thread. */
    @Override
    public void close() {
        frame.close();
    }

    /** The name, and the data as far as it is known without I/O. */
    @Override
    public String toString() {
        return "Series " + frame.id() + FrameText.content(frame);
    }

    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException(
                "a series crosses only inside a Kiln call; to store it, write its frame to a file or fetch its values");
    }
}
