package dev.kiln.frame;

import java.io.IOException;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/** Tables from Java arrays, lists and records. */
final class ColumnTable {

    private static final int ROWS_PER_PART = 1 << 18;

    private ColumnTable() {}

    /**
     * A table with one column per entry, in the order of the map. A value is an array of primitives; or an array or a
     * collection of {@code Byte}, {@code Short}, {@code Integer}, {@code Long}, {@code Float}, {@code Double}, {@code Boolean},
     * {@code String}, {@code Character}, enum, {@code UUID}, {@code byte[]}, {@code BigDecimal}, {@code BigInteger},
     * {@code LocalDate}, {@code LocalTime}, {@code LocalDateTime}, {@code Instant}, {@code OffsetDateTime},
     * {@code ZonedDateTime}, {@code Duration}, of collections or arrays or records of these, with nulls.
     *
     * <p>Everything is copied, in one batch; large arrays of numbers straight into a memory file.
     *
     * @throws IllegalArgumentException if there is no column, if they have different lengths, or if a value has no place in a
     *     column; the message names it
     */
    static Table of(Map<String, ?> columns) {
        if (columns.isEmpty()) {
            throw new IllegalArgumentException("a frame needs at least one column, the map is empty");
        }
        List<Source> sources = new ArrayList<>();
        columns.forEach((name, values) -> sources.add(source(name, values)));
        int rows = sources.getFirst().rows();
        if (sources.stream().anyMatch(source -> source.rows() != rows)) {
            throw new IllegalArgumentException("columns must have one length, have "
                    + String.join(
                            ", ",
                            sources.stream()
                                    .map(source -> source.field().getName() + " " + source.rows())
                                    .toList()));
        }
        return table(rows, sources);
    }

    /**
     * A table with one column per component of the records, named and typed as that.
     *
     * @throws IllegalArgumentException if there is no row, so that nothing tells the columns; if the records are of different
     *     classes; or if a component's type has no place in a column
     */
    static Table of(List<? extends Record> rows) {
        if (rows.isEmpty()) {
            throw new IllegalArgumentException(
                    "there is no row to tell the columns: for a frame without rows use columns with empty arrays");
        }
        RecordType type = RecordType.of(rows.getFirst().getClass());
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i) == null || rows.get(i).getClass() != type.type()) {
                throw new IllegalArgumentException("row " + i + " is " + describe(rows.get(i)) + ", must be a "
                        + type.type().getName() + " as row 0 is");
            }
        }
        List<Source> sources = new ArrayList<>();
        for (RecordType.Component component : type.components()) {
            sources.add(Values.of(
                    component.name(), component.values(rows), new FieldInference(component.name(), component.type())));
        }
        if (sources.isEmpty()) {
            throw new IllegalArgumentException(type.type().getName() + " has no components: a frame needs a column");
        }
        return table(rows.size(), sources);
    }

    private static String describe(@Nullable Object row) {
        return row == null ? "null" : "a " + row.getClass().getName();
    }

    private static Source source(String name, @Nullable Object values) {
        if (name == null) {
            throw new IllegalArgumentException("a column has no name (null)");
        }
        return switch (values) {
            case null -> throw new IllegalArgumentException("column " + name + " has no values (null)");
            case boolean[] it -> new Flags(name, it);
            case Collection<?> it -> Values.of(name, new ArrayList<>(it), new FieldInference(name, null));
            case Object[] it ->
                Values.of(
                        name,
                        Arrays.asList(it),
                        new FieldInference(name, it.getClass().getComponentType()));
            default -> {
                if (!Numbers.isArray(values)) {
                    throw new IllegalArgumentException("column " + name + " is a "
                            + values.getClass().getTypeName()
                            + ", must be an array of primitives other than char, an array of objects, or a collection");
                }
                yield new Numbers(name, values);
            }
        };
    }

    private static Table table(int rows, List<Source> sources) {
        Schema schema = new Schema(sources.stream().map(Source::field).toList());
        List<Shape> shapes = Shape.of(schema);
        if (rows == 0) {
            return Table.inPrivate(schema, shapes, List.of());
        }
        long large = sources.stream().mapToLong(Source::directBytes).sum();
        if (large > TableWriter.SMALL_BYTES && !Ladder.process().fits(large)) {
            return inParts(schema, shapes, rows, sources);
        }
        if (large > TableWriter.SMALL_BYTES && Memfd.isUsable()) {
            Segment made;
            try {
                made = Segment.create();
            } catch (IOException e) {
                // out of descriptors or mappings: private memory does as well
                return inPrivate(schema, shapes, rows, sources);
            }
            try (Segment segment = made) {
                return inSegment(segment, schema, shapes, rows, sources);
            } catch (IOException e) {
                throw Segment.refused(large, e);
            }
        }
        return inPrivate(schema, shapes, rows, sources);
    }

    /** Little memory at a time: the writer puts on disk what the budget has no room for. */
    private static Table inParts(Schema schema, List<Shape> shapes, int rows, List<Source> sources) {
        try (TableWriter writer = new TableWriter(schema)) {
            for (int from = 0; from < rows; from += ROWS_PER_PART) {
                int start = from;
                int count = Math.min(ROWS_PER_PART, rows - from);
                List<Column> columns = columns(
                        shapes,
                        sources.stream()
                                .map(source -> source.part(start, count))
                                .toList());
                try {
                    writer.append(count, columns);
                } finally {
                    columns.forEach(Column::release);
                }
            }
            return writer.finish();
        }
    }

    private static Table inPrivate(Schema schema, List<Shape> shapes, int rows, List<Source> sources) {
        return Table.inPrivate(schema, shapes, List.of(new Batch(rows, columns(shapes, sources))));
    }

    private static List<Column> columns(List<Shape> shapes, List<Source> sources) {
        List<Column> columns = new ArrayList<>(sources.size());
        try {
            for (int i = 0; i < sources.size(); i++) {
                columns.add(sources.get(i).column(shapes.get(i)));
            }
        } catch (RuntimeException | Error e) {
            columns.forEach(Column::release);
            throw e;
        }
        return columns;
    }

    private static Table inSegment(Segment segment, Schema schema, List<Shape> shapes, int rows, List<Source> sources)
            throws IOException {
        List<BatchLayout.Node> nodes = new ArrayList<>();
        List<BatchLayout.Region> regions = new ArrayList<>();
        BatchLayout.Region allValid = writeValidity(segment, rows); // one for all columns that have no nulls
        for (int i = 0; i < sources.size(); i++) {
            if (sources.get(i) instanceof Numbers numbers) {
                nodes.add(new BatchLayout.Node(rows, 0));
                regions.add(allValid);
                regions.add(segment.writeArray(numbers.array()));
            } else {
                Column column = sources.get(i).column(shapes.get(i));
                try {
                    BatchLayout part = segment.write(rows, List.of(column));
                    nodes.addAll(part.nodes());
                    regions.addAll(part.regions());
                } finally {
                    column.release();
                }
            }
        }
        BatchLayout layout = new BatchLayout(rows, nodes, regions, List.of()); // no column of views is made here
        return Table.inSegment(schema, shapes, TableWriter.finished(segment, schema, shapes, List.of(layout)));
    }

    private static BatchLayout.Region writeValidity(Segment segment, int rows) throws IOException {
        ArrowBuf bits = Bits.filled(rows, true);
        try {
            return segment.write(bits);
        } finally {
            bits.getReferenceManager().release();
        }
    }

    /** The values of one column, not copied yet. */
    private sealed interface Source {
        Field field();

        int rows();

        /** Some of the rows. */
        Source part(int from, int count);

        /** A copy in private memory, with one reference. */
        Column column(Shape shape);

        /** How many bytes can be written to a file from where they are now. */
        default long directBytes() {
            return 0;
        }
    }

    private record Numbers(Field field, Object array) implements Source {

        Numbers(String name, Object array) {
            this(PrimitiveArrays.field(name, array), array);
        }

        static boolean isArray(Object values) {
            return PrimitiveArrays.isSupported(values);
        }

        @Override
        public int rows() {
            return Array.getLength(array);
        }

        @Override
        @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays of the same primitives
        public Source part(int from, int count) {
            Object part = Array.newInstance(array.getClass().getComponentType(), count);
            System.arraycopy(array, from, part, 0, count);
            return new Numbers(field, part);
        }

        @Override
        public Column column(Shape shape) {
            return new Column(
                    shape, rows(), 0, List.of(Bits.filled(rows(), true), PrimitiveArrays.copy(array)), List.of());
        }

        @Override
        public long directBytes() {
            return PrimitiveArrays.bytes(array);
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // not compared
    private record Flags(String name, boolean[] values) implements Source {

        @Override
        public Field field() {
            return PrimitiveArrays.field(name, values);
        }

        @Override
        public int rows() {
            return values.length;
        }

        @Override
        public Source part(int from, int count) {
            return new Flags(name, Arrays.copyOfRange(values, from, from + count));
        }

        @Override
        public Column column(Shape shape) {
            return new Column(
                    shape, rows(), 0, List.of(Bits.filled(rows(), true), PrimitiveArrays.bits(values)), List.of());
        }
    }

    private record Values(Field field, List<? extends @Nullable Object> values) implements Source {

        static Values of(String name, List<? extends @Nullable Object> values, FieldInference inference) {
            values.forEach(inference::add);
            return new Values(inference.field(name), values);
        }

        @Override
        public int rows() {
            return values.size();
        }

        @Override
        public Source part(int from, int count) {
            return new Values(field, values.subList(from, from + count));
        }

        @Override
        public Column column(Shape shape) {
            return VectorFilling.column(field, shape, values);
        }
    }
}
