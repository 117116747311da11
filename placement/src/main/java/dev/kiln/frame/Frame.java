package dev.kiln.frame;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A table with named columns, here or in another process.
 *
 * <pre>{@code
 * Frame flights = Frame.readParquet(path);
 * Frame late = flights.filter("delay > ?", 60)
 *         .groupBy("origin").summarise("flights = count(*)", "mean_delay = avg(delay)")
 *         .sort("-flights")
 *         .head(10);
 * late.show();
 * }</pre>
 *
 * <p>Verbs are lazy: they make another frame at once, and the whole chain runs as one statement at its end ({@link
 * #compute}, {@link #collect}, {@link #show}, {@link #toArrow}, {@link #forEachBatch}, {@link #toRows}, {@link #rowCount}, the
 * writers), where the data is. Each end runs the chain again: keep what {@link #compute} returns if you need it more than once.
 * Expressions are SQL expressions of DuckDB. Column names are written exactly; inside expressions case does not matter.
 * Rows keep their order through every verb but {@code summarise}, {@link #distinct} and {@link #join}.
 *
 * <p>Immutable, thread-safe, identity equality. A frame holds its data, a lazy one its sources; {@link #close} ends one
 * handle only, frames made from it live on; an unreachable frame is closed by the garbage collector. Any use after
 * close but {@link #id}, {@link #toString} and {@link #close} is an {@link IllegalStateException}. An interrupt ends
 * what runs: {@link QueryInterrupted}. Handles on another process may throw {@link FrameLost}.
 */
public final class Frame implements AutoCloseable, Serializable {
    private static final long serialVersionUID = 1L;

    private final transient long number;
    private final transient Hold hold;
    private final transient Cleaner.Cleanable cleanable;

    private Frame(Hold hold) {
        this.hold = hold;
        this.number = Upkeep.number();
        this.cleanable = Upkeep.CLEANER.register(this, hold);
    }

    /** A frame of a plan; takes a reference to each of its leaves. */
    static Frame of(Plan plan) {
        return new Frame(Hold.on(plan, null));
    }

    /** A frame of data; takes over the caller's one reference. */
    static Frame adopt(Leaf leaf) {
        return new Frame(Hold.over(leaf, null));
    }

    /** This handle as its scope knows it. */
    Hold member() {
        return hold;
    }

    /** The plan. Its leaves are held as long as this frame is reachable and open. */
    Plan plan() {
        return with(plan -> plan);
    }

    /** Runs an operation on the plan, whose leaves stay while it runs, even if this frame is closed meanwhile. */
    <T> T with(Function<Plan, T> operation) {
        try (Hold.Use use = use()) {
            return operation.apply(use.plan());
        }
    }

    // --- creation

    /**
     * A frame of Arrow vectors, without a copy; none may be dictionary-encoded. Takes ownership: do not use or close the
     * root afterwards, and keep its allocator open.
     */
    public static Frame of(VectorSchemaRoot root) {
        return adopt(Table.of(root));
    }

    /**
     * The same, with dictionary-encoded columns, nested ones too: those are decoded into a copy. The dictionaries stay the
     * caller's.
     *
     * @throws IllegalArgumentException if a dictionary is missing, or an index is outside of it; the root stays the caller's
     *     then
     */
    public static Frame of(VectorSchemaRoot root, DictionaryProvider dictionaries) {
        return adopt(Dictionaries.decoded(root, dictionaries));
    }

    /** A frame of Java arrays or lists of one length by name, in the order of the map. */
    public static Frame columns(Map<String, ?> columns) {
        return adopt(Table.fromColumns(columns));
    }

    /** A frame with a column per record component. At least one row, because an empty list does not tell the type. */
    public static Frame rows(List<? extends Record> rows) {
        return adopt(Table.fromRows(rows));
    }

    /**
     * Reads a file of comma separated values with a header line; types are guessed from the first 20,480 lines. Every line is one of
     * data, whatever it begins with, and has as many values as the header.
     *
     * @param file a file, or a name in which {@code *} and {@code ?} stand for several
     * @throws QueryFailed if it cannot be read or parsed
     */
    public static Frame readCsv(Path file) {
        return adopt(Engine.read(Format.CSV, file));
    }

    /** Reads Parquet; the file and the failure are as in {@link #readCsv}. */
    public static Frame readParquet(Path file) {
        return adopt(Engine.read(Format.PARQUET, file));
    }

    /** Reads an Arrow IPC file or stream. Works without the engine. */
    public static Frame readArrow(Path file) {
        return adopt(Engine.read(Format.ARROW, file));
    }

    /**
     * The result of a query of its own, such as {@code select … from 'file.parquet'}. Runs at once, in this process. To
     * query a frame there is the verb {@link #sql}, whose failures are the same.
     */
    public static Frame readSql(String query) {
        return adopt(Engine.sql(query));
    }

    // --- facts

    /**
     * Names this frame in logs, in failures and in the lists of a pool: where its data is, and the number that the data has there; a
     * frame that is here or not computed has one of this process.
     */
    public String id() {
        return hold.remote().map(RemoteTable::name).orElseGet(() -> hold.place() + "/" + number);
    }

    /** The names and types of the columns. On a lazy frame it asks the engine, where the data is, the first time. */
    public Schema schema() {
        return with(hold::schema);
    }

    /** The names of the columns in order. Without I/O, except after {@link #sql(String)} on data elsewhere. */
    public List<String> names() {
        return with(hold::names);
    }

    /** The number of rows. On a lazy frame it is counted where the data is, the first time, unless it is known. */
    public long rowCount() {
        return with(hold::count);
    }

    /** The bytes of data that this frame holds: its own, or those of its sources while it is lazy. Without I/O. */
    public long byteSize() {
        return with(plan -> plan.leaves().stream().mapToLong(Leaf::bytes).sum());
    }

    /** Whether operations on this frame run in another process. */
    public boolean isRemote() {
        return with(plan -> Place.of(plan).isRemote());
    }

    /** The name of the process that the data is in, {@code local} for this one. */
    public String owner() {
        return with(plan -> Place.of(plan).name());
    }

    // --- verbs

    /** These columns in this order. */
    public Frame select(String... columns) {
        return derive(input -> new Plan.Select(input, List.of(columns)));
    }

    /** All columns but these. */
    public Frame drop(String... columns) {
        return derive(input -> new Plan.Drop(input, List.of(columns)));
    }

    /** Another name for a column. */
    public Frame rename(String from, String to) {
        return rename(Map.of(from, to));
    }

    /** Other names for columns, from old to new; all at once, so two may swap. */
    public Frame rename(Map<String, String> names) {
        return derive(input -> new Plan.Rename(input, names));
    }

    /**
     * The rows for which an SQL expression is true.
     *
     * @param expression such as {@code "delay > ? and origin <> 'JFK'"}
     * @param parameters a value for every {@code ?}: null, numbers, booleans, strings, dates, times, UUID, bytes
     * @throws IllegalArgumentException if it is not one expression, or values and {@code ?} do not match
     * @throws QueryFailed if the engine refuses it, here or at the end of the chain
     */
    public Frame filter(String expression, @Nullable Object... parameters) {
        return derive(input -> Verbs.filter(input, expression, parameters));
    }

    /**
     * New columns, or new contents for columns that exist, in their old place. Each expression sees those before it.
     * Failures are those of {@link #filter}.
     *
     * @param columns {@code "name = expression"}; a name that is not a plain word goes in double quotes
     */
    public Frame mutate(String... columns) {
        return derive(input -> Verbs.mutate(input, columns));
    }

    /** Groups by these columns, for {@link GroupedFrame#summarise}; without columns the whole frame is one group. */
    public GroupedFrame groupBy(String... columns) {
        List<String> keys = List.of(columns);
        Names.requireKnown("groupBy", keys, plan().names());
        return new GroupedFrame(this, keys);
    }

    /**
     * Rows in order; nulls last in either direction, equal rows in no particular order.
     *
     * @param columns {@code "a"} ascending, {@code "-a"} descending, the first one first
     */
    public Frame sort(String... columns) {
        return derive(input -> Verbs.sort(input, columns));
    }

    /** The first rows, at most {@code rows} (>= 0). */
    public Frame head(long rows) {
        Plan.require(rows >= 0, "head: the number of rows must be >= 0, was " + rows);
        return slice(0, rows);
    }

    /** The last rows, at most {@code rows} (>= 0). */
    public Frame tail(long rows) {
        return derive(input -> new Plan.Tail(input, rows));
    }

    /** At most {@code length} rows from number {@code offset} on, which counts from 0. */
    public Frame slice(long offset, long length) {
        return derive(input -> new Plan.Slice(input, offset, length));
    }

    /** Every row once, in no particular order. Nulls are equal to each other here. */
    public Frame distinct() {
        return derive(Plan.Distinct::new);
    }

    /**
     * Rows of this frame (left) side by side with those of another (right) that have equal keys, in no particular order.
     * The result has the columns of the left frame, then those of the right one without its keys; a right column whose
     * name the left frame has too gets the suffix {@code _right}. A key that only the right frame has a row for is
     * found in the left frame's column.
     *
     * @param on columns that both have, or {@code "left = right"} where they are called differently
     */
    public Frame join(Frame other, JoinType type, String... on) {
        return derive(List.of(other), sides -> Verbs.join(sides.getFirst(), sides.getLast(), type, on));
    }

    /**
     * The rows of this frame, then those of the others in order. All have the same column names; their order and types
     * may differ: this frame decides the order, and types are widened where needed.
     */
    public Frame concatRows(Frame... others) {
        return derive(List.of(others), Combination.ConcatRows::new);
    }

    /**
     * The columns of this frame, then those of the others, row by row. All have the same number of rows, which is checked
     * here where it is known, else at the end ({@link QueryFailed}); no name occurs twice. Runs where such operations run,
     * see {@link OperandPolicy}.
     */
    public Frame concatColumns(Frame... others) {
        return derive(List.of(others), inputs -> new Combination.ConcatColumns("concatColumns", inputs));
    }

    /** At most {@code rows} (>= 0) rows taken at random, each as likely as any other, in the order that they have here. */
    public Frame sample(long rows) {
        return sample(rows, ThreadLocalRandom.current().nextLong());
    }

    /** The same rows for the same seed, if the rows of this frame are the same in the same order. */
    public Frame sample(long rows, long seed) {
        return derive(input -> new Reshape.Sample(input, rows, seed));
    }

    /**
     * One row per row and column: the columns that are not named, then the name of one that is, then its value. A row becomes
     * as many, one after the other in the order of the names; nulls stay. The columns are of types that widen to one.
     *
     * @param namesTo what the column of names is called
     * @param valuesTo what the column of values is called
     */
    public Frame pivotLonger(String namesTo, String valuesTo, String... columns) {
        return derive(input -> new Reshape.PivotLonger(input, List.of(columns), namesTo, valuesTo));
    }

    /**
     * The reverse: a column per value of {@code namesFrom}, with what {@code valuesFrom} has there, null if there is no such
     * row; one row per combination of the other columns. Rows and new columns are in the order in which they first occur.
     * Asks for the names at once, where the data is; the rest is lazy.
     *
     * @throws IllegalArgumentException if a name is null, or there are more than 1,000
     * @throws QueryFailed at the end, if several rows have one name and equal other columns
     */
    public Frame pivotWider(String namesFrom, String valuesFrom) {
        return pivotWider(namesFrom, valuesFrom, with(plan -> Verbs.pivotNames(plan, namesFrom)));
    }

    /** The same for these names only, without a question; rows with another name count for the rows of the result only. */
    public Frame pivotWider(String namesFrom, String valuesFrom, List<String> names) {
        return derive(input -> new Reshape.PivotWider(input, namesFrom, valuesFrom, names));
    }

    /**
     * A row of statistics per column: {@code column}, {@code type}, {@code count} (of values), {@code nulls}, for numbers
     * {@code mean}, {@code std} (as of a sample), {@code q25}, {@code median}, {@code q75}, exact; and {@code min} and
     * {@code max} as text.
     */
    public Frame describe() {
        return derive(Verbs::describe);
    }

    /**
     * This frame with a series as another column at the end, or in the place of the one of that name. The numbers of rows
     * must be equal, as for {@link #concatColumns}. Stays in this process if the frame is here, wherever the series is.
     */
    public Frame put(String name, Series series) {
        return derive(List.of(series.frame()), both -> SeriesPlans.put(both.getFirst(), both.getLast(), name));
    }

    /** One column, for arithmetic and aggregates. */
    public Series column(String name) {
        Names.requireKnown("column", List.of(name), plan().names());
        return new Series(select(name));
    }

    /**
     * The result of a query in which this frame is called {@code this}, such as {@code select a, count(*) as n from this
     * group by a}. Failures are those of {@link #filter}.
     */
    public Frame sql(String query) {
        return derive(input -> Place.of(input).named(new Plan.Sql(input, query, List.of())));
    }

    // --- ends

    /** Runs the chain and leaves the result where the data is. Always a new handle, also on what is computed already. */
    public Frame compute() {
        return with(plan -> new Frame(Hold.over(Place.of(plan).compute(plan), hold)));
    }

    /** Runs the chain and brings the result into this process. Always a new handle, also on what is here already. */
    public Frame collect() {
        return with(plan -> new Frame(Hold.over(Place.of(plan).collect(plan), hold)));
    }

    /** Fetches the first 10 rows and prints them as a table on {@code System.out}. */
    public void show() {
        show(10);
    }

    /** Fetches the first rows, at most {@code rows} (>= 0), and prints them as a table on {@code System.out}. */
    public void show(int rows) {
        Plan.require(rows >= 0, "show: the number of rows must be >= 0, was " + rows);
        String text = with(plan -> FrameText.table(plan, rows, hold.counted()));
        System.out.println(text);
    }

    /** What the chain does and the statement that it becomes. Without I/O. */
    public String explain() {
        return with(FrameText::explain);
    }

    /**
     * Runs the chain and hands its result over as Arrow vectors, without a copy where it is in one piece here.
     *
     * @param allocator accounts for the vectors; the caller closes the root, at the latest before the allocator
     */
    public VectorSchemaRoot toArrow(BufferAllocator allocator) {
        return collected(table -> table.toArrow(allocator));
    }

    /**
     * Runs the chain and shows its result in batches of at most a few megabytes, in order, as Arrow vectors: for data that is
     * more than one vector holds, or is read once. Without a copy where it is in private memory here; what lies in another process,
     * in shared memory or on disk comes through a little memory that is used again, and need not have room here.
     *
     * @param reader must not write to a batch, nor keep it: each is closed when the reader returns
     */
    public void forEachBatch(Consumer<VectorSchemaRoot> reader) {
        with(plan -> Place.of(plan).scan(plan, reader));
    }

    /**
     * The same with vectors of an allocator of the caller's, who may transfer them to others of its family and keep those: that memory
     * is not used again then.
     */
    public void forEachBatch(BufferAllocator allocator, Consumer<VectorSchemaRoot> reader) {
        forEachBatch(batch -> {
            try (VectorSchemaRoot passed = Export.passOn(batch, allocator)) {
                reader.accept(passed);
            }
        });
    }

    /** Runs the chain and makes a record of each row; components are found by the names of the columns. */
    public <T extends Record> List<T> toRows(Class<T> type) {
        return collected(table -> table.toRows(type));
    }

    /**
     * Writes the result of the chain as Parquet, where the data is: the path is one of its owner's.
     *
     * @return the number of rows
     */
    public long writeParquet(Path file) {
        return write(Format.PARQUET, file);
    }

    /**
     * The same as an Arrow IPC file, which {@link #readArrow} and other programs map without parsing; as an Arrow IPC stream if
     * the name ends with {@code .arrows}.
     */
    public long writeArrow(Path file) {
        return write(Format.ARROW, file);
    }

    /**
     * The same as comma separated values with a header line; nulls are empty. An empty string is a pair of quotes, which {@link #readCsv}
     * takes for a null, as it has to where all values are in quotes.
     */
    public long writeCsv(Path file) {
        return write(Format.CSV, file);
    }

    /**
     * Runs the chain and has so many processes of the pool keep its result, those counted that do already; only with the last
     * of them it is lost. Operations run at a copy that lives.
     *
     * @param copies at least 1; more than there are processes are a {@link FrameRefused}
     */
    public Frame replicas(int copies) {
        return with(plan -> adopt(Place.of(plan).copies(plan, copies)));
    }

    /**
     * Keeps this frame's data in its owner's memory, which otherwise may put it on disk when memory is short; a lazy frame's are
     * its sources. Until {@link #unpin} by this process, until this process ends, or the data goes; a second time changes nothing.
     *
     * @throws FrameRefused if the data is on disk and there is no room to bring it back
     */
    public Frame pin() {
        return with(plan -> {
            Pins.set(plan, true);
            return this;
        });
    }

    /** Ends what {@link #pin} began. */
    public Frame unpin() {
        return with(plan -> {
            Pins.set(plan, false);
            return this;
        });
    }

    /** Ends this handle. The data goes with the last frame that needs it. Any number of times, any thread. */
    @Override
    public void close() {
        cleanable.clean();
    }

    /**
     * Closes every frame and every {@link Resident} in a structure: in maps, collections, arrays, records, Optional, and in the fields of other
     * types as far as reflection may read them, except of those that can be closed themselves. Cycles are fine.
     */
    public static void closeAll(@Nullable Object nested) {
        Nested.close(nested);
    }

    /** The columns, and the data as far as it is known without I/O. */
    @Override
    public String toString() {
        return "Frame " + id() + FrameText.content(this);
    }

    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException(
                "a frame crosses only inside a Kiln call; to store it, write it to a file or fetch its rows");
    }

    // The cleaner must not end the hold between the read of the field and the use's own references.
    private Hold.Use use() {
        try {
            return hold.use();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    Frame derive(UnaryOperator<Plan> verb) {
        return derive(List.of(), inputs -> verb.apply(inputs.getFirst()));
    }

    /** Another frame of this one and others, whose plans the verb gets in order. */
    Frame derive(List<Frame> others, Function<List<Plan>, Plan> verb) {
        List<Hold.Use> uses = new ArrayList<>();
        try {
            uses.add(use());
            others.forEach(other -> uses.add(other.use()));
            Plan plan = verb.apply(uses.stream().map(Hold.Use::plan).toList());
            Verbs.check(plan);
            return new Frame(Hold.on(plan, hold));
        } finally {
            uses.forEach(Hold.Use::close);
        }
    }

    private long write(Format format, Path file) {
        return with(plan -> Place.of(plan).write(plan, format, file));
    }

    /** Runs the chain, and an operation on the result, which is gone afterwards. */
    <T> T collected(Function<Table, T> use) {
        return with(plan -> Place.of(plan).collected(plan, use));
    }
}
