package dev.kiln.frame;

import java.util.List;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.IntervalUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.ArrowType.ExtensionType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Which buffers a column has, independent of what the values mean. Buffers stand in the order of the Arrow format:
 * validity bits first, where there are any.
 *
 * @param path the column's name, with the names of the enclosing columns before it: for messages
 * @param layout the kind of buffers
 * @param width bytes per value ({@code FIXED}), bytes per offset ({@code BINARY}, {@code LIST}), elements per value ({@code FIXED_LIST}), else 0
 * @param children the shapes of the nested columns
 */
record Shape(String path, Layout layout, int width, List<Shape> children) {

    enum Layout {
        /** No buffers: every value is null. */
        NOTHING,
        /** Validity, values of a fixed number of bytes. */
        FIXED,
        /** Validity, values of one bit. */
        BITS,
        /** Validity, offsets, bytes. */
        BINARY,
        /** Validity, views of 16 bytes, any number of data buffers. */
        VIEW,
        /** Validity, offsets into one child. */
        LIST,
        /** Validity; children of the same number of rows. */
        STRUCT,
        /** Validity; a child with {@code width} elements per row. */
        FIXED_LIST;

        boolean hasValidity() {
            return this != NOTHING;
        }

        /** The number of buffers, without the data buffers of {@code VIEW}. */
        int buffers() {
            return switch (this) {
                case NOTHING -> 0;
                case STRUCT, FIXED_LIST -> 1;
                case FIXED, BITS, VIEW, LIST -> 2;
                case BINARY -> 3;
            };
        }
    }

    /** Bytes of one view in a {@code VIEW} column. */
    static final int VIEW_BYTES = 16;

    Shape {
        children = List.copyOf(children);
    }

    /** @throws IllegalArgumentException if a column has an encoding or a type that tables do not hold; it says what to do */
    static List<Shape> of(Schema schema) {
        return of(schema.getFields(), "");
    }

    private static List<Shape> of(List<Field> fields, String prefix) {
        return fields.stream().map(field -> of(field, prefix)).toList();
    }

    /** The shape of one column; the failure is that of {@link #of(Schema)}. */
    static Shape of(Field field) {
        return of(field, "");
    }

    private static Shape of(Field field, String prefix) {
        String path = prefix + field.getName();
        if (field.getDictionary() != null) {
            throw new IllegalArgumentException("column " + path
                    + " is dictionary-encoded, which tables do not hold: give its dictionaries to Frame.of, decode it first"
                    + " (org.apache.arrow.vector.dictionary.DictionaryEncoder.decode), or write it as plain values");
        }
        ArrowType type = field.getType() instanceof ExtensionType extension ? extension.storageType() : field.getType();
        List<Shape> children = of(field.getChildren(), path + ".");
        Shape shape = of(path, type, children);
        int expected =
                switch (shape.layout) {
                    case LIST, FIXED_LIST -> 1;
                    case STRUCT -> children.size();
                    case NOTHING, FIXED, BITS, BINARY, VIEW -> 0;
                };
        if (children.size() != expected) {
            throw new IllegalArgumentException("column " + path + " of type " + type + " must have " + expected
                    + " child columns, has " + children.size());
        }
        long names = field.getChildren().stream().map(Field::getName).distinct().count();
        if (names != children.size()) { // Arrow's struct vectors find their children by name
            throw new IllegalArgumentException("column " + path + " has two child columns of one name: rename one");
        }
        return shape;
    }

    private static Shape of(String path, ArrowType type, List<Shape> children) {
        return switch (type) {
            case ArrowType.Null _ -> new Shape(path, Layout.NOTHING, 0, children);
            case ArrowType.Bool _ -> new Shape(path, Layout.BITS, 0, children);
            case ArrowType.Int it -> fixed(path, it.getBitWidth() / 8, children);
            case ArrowType.FloatingPoint it -> fixed(path, width(it.getPrecision()), children);
            case ArrowType.Decimal it -> fixed(path, width(path, it), children);
            case ArrowType.Date it -> fixed(path, it.getUnit() == DateUnit.DAY ? 4 : 8, children);
            case ArrowType.Time it -> fixed(path, width(path, it), children);
            case ArrowType.Timestamp _, ArrowType.Duration _ -> fixed(path, 8, children);
            case ArrowType.Interval it -> fixed(path, width(it.getUnit()), children);
            case ArrowType.FixedSizeBinary it -> fixed(path, it.getByteWidth(), children);
            case ArrowType.Utf8 _, ArrowType.Binary _ -> new Shape(path, Layout.BINARY, 4, children);
            case ArrowType.LargeUtf8 _, ArrowType.LargeBinary _ -> new Shape(path, Layout.BINARY, 8, children);
            case ArrowType.Utf8View _, ArrowType.BinaryView _ -> new Shape(path, Layout.VIEW, 0, children);
            case ArrowType.List _, ArrowType.Map _ -> new Shape(path, Layout.LIST, 4, children);
            case ArrowType.LargeList _ -> new Shape(path, Layout.LIST, 8, children);
            case ArrowType.FixedSizeList it -> list(path, it.getListSize(), children);
            case ArrowType.Struct _ -> new Shape(path, Layout.STRUCT, 0, children);
            default ->
                throw new IllegalArgumentException("column " + path + " has the Arrow type " + type
                        + ", which tables do not hold: convert it to a plain type first");
        };
    }

    private static Shape list(String path, int size, List<Shape> children) {
        if (size < 0) {
            throw new IllegalArgumentException("column " + path + " has lists of " + size + " elements");
        }
        return new Shape(path, Layout.FIXED_LIST, size, children);
    }

    private static Shape fixed(String path, int width, List<Shape> children) {
        if (width < 1) {
            throw new IllegalArgumentException(
                    "column " + path + " has values of " + width + " bytes, must be at least 1");
        }
        return new Shape(path, Layout.FIXED, width, children);
    }

    private static int width(FloatingPointPrecision precision) {
        return switch (precision) {
            case HALF -> 2;
            case SINGLE -> 4;
            case DOUBLE -> 8;
        };
    }

    private static int width(String path, ArrowType.Decimal type) {
        if (type.getBitWidth() != 128 && type.getBitWidth() != 256) {
            throw new IllegalArgumentException(
                    "column " + path + " is a decimal of " + type.getBitWidth() + " bits, must be 128 or 256");
        }
        return type.getBitWidth() / 8;
    }

    private static int width(String path, ArrowType.Time type) {
        int bits =
                switch (type.getUnit()) {
                    case SECOND, MILLISECOND -> 32;
                    case MICROSECOND, NANOSECOND -> 64;
                };
        if (type.getBitWidth() != bits) {
            throw new IllegalArgumentException("column " + path + " is a time in " + type.getUnit() + " of "
                    + type.getBitWidth() + " bits, must be " + bits);
        }
        return bits / 8;
    }

    private static int width(IntervalUnit unit) {
        return switch (unit) {
            case YEAR_MONTH -> 4;
            case DAY_TIME -> 8;
            case MONTH_DAY_NANO -> 16;
        };
    }
}
