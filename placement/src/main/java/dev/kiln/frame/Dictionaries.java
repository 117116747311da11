package dev.kiln.frame;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.DictionaryUtility;
import org.apache.arrow.vector.util.VectorBatchAppender;

/**
 * Makes dictionary-encoded columns, wherever they are nested, plain on their way into a table. Fields are as the IPC format has
 * them: an encoded one has the type of its values, and its indices have the type that the encoding says. Holds the values of the
 * dictionaries that it was told until it is closed. One thread.
 */
final class Dictionaries implements AutoCloseable {
    private final Schema schema;
    private final Map<Long, Field> fields = new HashMap<>();
    private final Map<Long, FieldVector> values = new HashMap<>();
    private final List<Waiting> waiting = new ArrayList<>();

    /** Values that are encoded themselves, by a dictionary that comes later: writers need not begin with the innermost. */
    private record Waiting(long id, boolean more, Column column) {}

    /** @param schema of the IPC format */
    Dictionaries(Schema schema) {
        this.schema = schema;
        schema.getFields().forEach(this::find);
    }

    private void find(Field field) {
        DictionaryEncoding encoding = field.getDictionary();
        if (encoding != null) {
            fields.put(encoding.getId(), new Field("values", FieldType.nullable(field.getType()), field.getChildren()));
        }
        field.getChildren().forEach(this::find);
    }

    /**
     * A table of a root whose columns may be dictionary-encoded: those are copied, decoded; the others are taken over. The root
     * is closed for the caller, the dictionaries stay the caller's.
     *
     * @throws IllegalArgumentException if a dictionary is missing, or an index is outside of it; the root stays the caller's then
     */
    static Table decoded(VectorSchemaRoot root, DictionaryProvider provider) {
        List<Field> told = new ArrayList<>();
        for (Field field : root.getSchema().getFields()) {
            requireAll(field.getName(), field, provider);
            told.add(DictionaryUtility.toMessageFormat(field, provider, new HashSet<>()));
        }
        try (Dictionaries dictionaries =
                new Dictionaries(new Schema(told, root.getSchema().getCustomMetadata()))) {
            root.getSchema().getFields().forEach(field -> dictionaries.add(field, provider));
            Batch encoded = Unloading.adopted(root, dictionaries.shapes());
            Batch plain;
            try {
                plain = new Batch(encoded.rows(), dictionaries.decoded(encoded.columns()));
            } finally {
                encoded.release();
            }
            Schema schema = dictionaries.plain();
            Table table = Table.inPrivate(schema, Shape.of(schema), List.of(plain));
            root.close();
            return table;
        }
    }

    private static void requireAll(String path, Field field, DictionaryProvider provider) {
        DictionaryEncoding encoding = field.getDictionary();
        if (encoding != null) {
            Dictionary dictionary = provider.lookup(encoding.getId());
            if (dictionary == null) {
                throw new IllegalArgumentException("column " + path + " is encoded by dictionary " + encoding.getId()
                        + ", which is not among " + provider.getDictionaryIds());
            }
            requireAllOf(path, dictionary.getVector().getField(), provider);
        }
        requireAllOf(path, field, provider);
    }

    private static void requireAllOf(String path, Field field, DictionaryProvider provider) {
        field.getChildren().forEach(child -> requireAll(path + "." + child.getName(), child, provider));
    }

    /** What values are made of is added before them. */
    private void add(Field field, DictionaryProvider provider) {
        field.getChildren().forEach(child -> add(child, provider));
        DictionaryEncoding encoding = field.getDictionary();
        if (encoding != null && !values.containsKey(encoding.getId())) {
            FieldVector vector = provider.lookup(encoding.getId()).getVector();
            vector.getField().getChildren().forEach(child -> add(child, provider));
            Batch batch = Unloading.adopted( // a view of what stays the caller's, not closed
                    new VectorSchemaRoot(List.of(vector.getField()), List.of(vector), vector.getValueCount()),
                    List.of(shape(encoding.getId())));
            try {
                add(encoding.getId(), false, batch.columns().getFirst());
            } finally {
                batch.release();
            }
        }
    }

    /** The schema of the table. */
    Schema plain() {
        return new Schema(schema.getFields().stream().map(Dictionaries::plain).toList(), schema.getCustomMetadata());
    }

    /** The shapes of columns as they come. */
    List<Shape> shapes() {
        return Shape.of(new Schema(
                schema.getFields().stream().map(Dictionaries::encoded).toList()));
    }

    /**
     * The shape of a dictionary's values as they come.
     *
     * @throws IllegalArgumentException if no column uses it
     */
    Shape shape(long id) {
        return Shape.of(encoded(field(id)));
    }

    private Field field(long id) {
        Field field = fields.get(id);
        if (field == null) {
            throw new IllegalArgumentException("no column is encoded by dictionary " + id);
        }
        return field;
    }

    /**
     * Takes the values of a dictionary, instead of those it had.
     *
     * @param more whether they stand behind those it had
     * @param column stays the caller's
     */
    void add(long id, boolean more, Column column) {
        if (!canTake(id) || isWaiting(id)) { // behind those of its own that wait
            waiting.add(new Waiting(id, more, column.retain()));
            return;
        }
        take(id, more, column);
        takeWaiting();
    }

    private boolean canTake(long id) {
        return field(id).getChildren().stream().allMatch(this::isKnown);
    }

    private boolean isKnown(Field field) {
        DictionaryEncoding encoding = field.getDictionary();
        return (encoding == null || (values.containsKey(encoding.getId()) && !isWaiting(encoding.getId())))
                && field.getChildren().stream().allMatch(this::isKnown);
    }

    private boolean isWaiting(long id) {
        return waiting.stream().anyMatch(one -> one.id() == id);
    }

    /** Each that is taken may be what others wait for. */
    private void takeWaiting() {
        for (int i = 0; i < waiting.size(); i++) {
            if (canTake(waiting.get(i).id())) {
                Waiting next = waiting.remove(i);
                try {
                    take(next.id(), next.more(), next.column());
                } finally {
                    next.column().release();
                }
                i = -1;
            }
        }
    }

    private void take(long id, boolean more, Column column) {
        Field field = plain(field(id));
        Column plain = decoded(column, field(id), Shape.of(field));
        FieldVector vector = field.createVector(Memory.allocator());
        try {
            plain.loadInto(vector);
        } finally {
            plain.release();
        }
        FieldVector before = values.get(id);
        if (before != null && more) {
            try (vector) {
                VectorBatchAppender.batchAppend(before, vector);
            }
            return;
        }
        values.put(id, vector);
        if (before != null) {
            before.close();
        }
    }

    /** The same rows, plain, with references of their own; the columns stay the caller's. */
    List<Column> decoded(List<Column> columns) {
        List<Shape> shapes = Shape.of(plain());
        return decoded(columns, schema.getFields(), shapes);
    }

    private List<Column> decoded(List<Column> columns, List<Field> as, List<Shape> shapes) {
        List<Column> plain = new ArrayList<>();
        try {
            for (int i = 0; i < columns.size(); i++) {
                plain.add(decoded(columns.get(i), as.get(i), shapes.get(i)));
            }
            return plain;
        } catch (RuntimeException | Error e) {
            plain.forEach(Column::release);
            throw e;
        }
    }

    private Column decoded(Column column, Field field, Shape shape) {
        if (field.getDictionary() != null) {
            return lookedUp(column, field, field.getDictionary(), shape);
        }
        if (column.children().isEmpty()) {
            return column.retain();
        }
        List<Column> children = decoded(column.children(), field.getChildren(), shape.children());
        column.buffers().forEach(buffer -> buffer.getReferenceManager().retain());
        return new Column(shape, column.rows(), column.nullsOf(column.rows()), column.buffers(), children);
    }

    private Column lookedUp(Column indices, Field field, DictionaryEncoding encoding, Shape shape) {
        FieldVector from = values.get(encoding.getId());
        if (from == null) {
            throw new IllegalArgumentException("column " + shape.path() + " is encoded by dictionary "
                    + encoding.getId() + ", which does not come before it");
        }
        try (FieldVector vector = encoded(field).createVector(Memory.allocator())) {
            indices.loadInto(vector);
            requireWithin((BaseIntVector) vector, from.getValueCount(), shape.path());
            Dictionary dictionary = new Dictionary(from, encoding);
            try (FieldVector made = (FieldVector) DictionaryEncoder.decode(vector, dictionary, Memory.allocator())) {
                return Unloading.of(made, shape, indices.rows());
            }
        }
    }

    private static void requireWithin(BaseIntVector indices, int size, String path) {
        for (int row = 0; row < indices.getValueCount(); row++) {
            if (!indices.isNull(row)) {
                long index = indices.getValueAsLong(row);
                if (index < 0 || index >= size) {
                    throw new IllegalArgumentException("column " + path + " has the index "
                            + (indices instanceof UInt8Vector ? Long.toUnsignedString(index) : "" + index)
                            + " into a dictionary of " + size + " values");
                }
            }
        }
    }

    private static Field plain(Field field) {
        return new Field(
                field.getName(),
                new FieldType(field.isNullable(), field.getType(), null, field.getMetadata()),
                field.getChildren().stream().map(Dictionaries::plain).toList());
    }

    private static Field encoded(Field field) {
        DictionaryEncoding encoding = field.getDictionary();
        return encoding != null
                ? new Field(
                        field.getName(), new FieldType(field.isNullable(), encoding.getIndexType(), null), List.of())
                : new Field(
                        field.getName(),
                        field.getFieldType(),
                        field.getChildren().stream().map(Dictionaries::encoded).toList());
    }

    @Override
    public void close() {
        values.values().forEach(FieldVector::close);
        waiting.forEach(one -> one.column().release());
    }
}
