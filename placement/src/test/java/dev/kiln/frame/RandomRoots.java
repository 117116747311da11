package dev.kiln.frame;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.*;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.IntervalUnit;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/** Roots of random columns of every type that tables hold, with random nulls. The same seed gives the same root. */
final class RandomRoots {

    /** One type of each kind, not nested. */
    static final List<ArrowType> SCALARS = List.of(
            ArrowType.Null.INSTANCE,
            ArrowType.Bool.INSTANCE,
            new ArrowType.Int(8, true),
            new ArrowType.Int(16, true),
            new ArrowType.Int(32, true),
            new ArrowType.Int(64, true),
            new ArrowType.Int(8, false),
            new ArrowType.Int(16, false),
            new ArrowType.Int(32, false),
            new ArrowType.Int(64, false),
            new ArrowType.FloatingPoint(FloatingPointPrecision.HALF),
            new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE),
            new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE),
            new ArrowType.Decimal(38, 4, 128),
            new ArrowType.Decimal(60, 2, 256),
            ArrowType.Utf8.INSTANCE,
            ArrowType.LargeUtf8.INSTANCE,
            ArrowType.Utf8View.INSTANCE,
            ArrowType.Binary.INSTANCE,
            ArrowType.LargeBinary.INSTANCE,
            ArrowType.BinaryView.INSTANCE,
            new ArrowType.FixedSizeBinary(5),
            new ArrowType.Date(DateUnit.DAY),
            new ArrowType.Date(DateUnit.MILLISECOND),
            new ArrowType.Time(TimeUnit.SECOND, 32),
            new ArrowType.Time(TimeUnit.MILLISECOND, 32),
            new ArrowType.Time(TimeUnit.MICROSECOND, 64),
            new ArrowType.Time(TimeUnit.NANOSECOND, 64),
            new ArrowType.Timestamp(TimeUnit.SECOND, null),
            new ArrowType.Timestamp(TimeUnit.MILLISECOND, "Europe/Berlin"),
            new ArrowType.Timestamp(TimeUnit.MICROSECOND, null),
            new ArrowType.Timestamp(TimeUnit.NANOSECOND, "UTC"),
            new ArrowType.Duration(TimeUnit.MILLISECOND),
            new ArrowType.Interval(IntervalUnit.YEAR_MONTH),
            new ArrowType.Interval(IntervalUnit.DAY_TIME),
            new ArrowType.Interval(IntervalUnit.MONTH_DAY_NANO));

    private final Random random;
    private final double nulls;

    private RandomRoots(Random random) {
        this.random = random;
        this.nulls = List.of(0.0, 0.1, 0.5, 1.0).get(random.nextInt(4));
    }

    /** One to six columns of random types, nested ones among them, and so many rows. */
    static VectorSchemaRoot of(long seed, int rows, BufferAllocator allocator) {
        RandomRoots source = new RandomRoots(new Random(seed));
        List<Field> fields = new ArrayList<>();
        int columns = 1 + source.random.nextInt(6);
        for (int i = 0; i < columns; i++) {
            fields.add(source.field("c" + i, 0));
        }
        return source.fill(fields, rows, allocator);
    }

    /** One column of each type. */
    static VectorSchemaRoot ofAllTypes(long seed, int rows, BufferAllocator allocator) {
        RandomRoots source = new RandomRoots(new Random(seed));
        List<Field> fields = new ArrayList<>();
        SCALARS.forEach(type -> fields.add(Field.nullable("c" + fields.size(), type)));
        for (int nesting = 0; nesting < 5; nesting++) {
            fields.add(source.nested("n" + nesting, 0, nesting));
        }
        return source.fill(fields, rows, allocator);
    }

    private VectorSchemaRoot fill(List<Field> fields, int rows, BufferAllocator allocator) {
        VectorSchemaRoot root = VectorSchemaRoot.create(new Schema(fields), allocator);
        root.allocateNew();
        for (FieldVector vector : root.getFieldVectors()) {
            for (int row = 0; row < rows; row++) {
                set(vector, row);
            }
        }
        root.setRowCount(rows);
        return root;
    }

    private Field field(String name, int depth) {
        int choice = random.nextInt(SCALARS.size() + (depth < 2 ? 10 : 0));
        return choice < SCALARS.size()
                ? Field.nullable(name, SCALARS.get(choice))
                : nested(name, depth, choice - SCALARS.size());
    }

    private Field nested(String name, int depth, int choice) {
        return switch (choice % 5) {
            case 0 -> new Field(name, FieldType.nullable(ArrowType.List.INSTANCE), List.of(field("item", depth + 1)));
            case 1 ->
                new Field(name, FieldType.nullable(ArrowType.LargeList.INSTANCE), List.of(field("item", depth + 1)));
            case 2 ->
                new Field(name, FieldType.nullable(new ArrowType.FixedSizeList(3)), List.of(field("item", depth + 1)));
            case 3 ->
                new Field(
                        name,
                        FieldType.nullable(ArrowType.Struct.INSTANCE),
                        List.of(field("a", depth + 1), field("b", depth + 1)));
            default ->
                new Field(
                        name,
                        FieldType.nullable(new ArrowType.Map(false)),
                        List.of(new Field(
                                MapVector.DATA_VECTOR_NAME,
                                FieldType.notNullable(ArrowType.Struct.INSTANCE),
                                List.of(
                                        new Field("key", FieldType.notNullable(new ArrowType.Int(32, true)), List.of()),
                                        field("value", depth + 1)))));
        };
    }

    private void set(FieldVector vector, int row) {
        if (vector.getField().isNullable() && random.nextDouble() < nulls) {
            vector.setNull(row);
            return;
        }
        switch (vector) {
            case NullVector _ -> {}
            case BitVector it -> it.setSafe(row, random.nextInt(2));
            case TinyIntVector it -> it.setSafe(row, random.nextInt());
            case SmallIntVector it -> it.setSafe(row, random.nextInt());
            case IntVector it -> it.setSafe(row, random.nextInt());
            case BigIntVector it -> it.setSafe(row, random.nextLong());
            case UInt1Vector it -> it.setSafe(row, random.nextInt());
            case UInt2Vector it -> it.setSafe(row, random.nextInt());
            case UInt4Vector it -> it.setSafe(row, random.nextInt());
            case UInt8Vector it -> it.setSafe(row, random.nextLong());
            case Float2Vector it -> it.setSafe(row, (short) random.nextInt(0x7C00));
            case Float4Vector it -> it.setSafe(row, random.nextFloat());
            case Float8Vector it -> it.setSafe(row, random.nextGaussian());
            case DecimalVector it -> it.setSafe(row, new BigDecimal(new BigInteger(90, random), it.getScale()));
            case Decimal256Vector it -> it.setSafe(row, new BigDecimal(new BigInteger(150, random), it.getScale()));
            case VarCharVector it -> it.setSafe(row, text());
            case LargeVarCharVector it -> it.setSafe(row, text());
            case ViewVarCharVector it -> it.setSafe(row, text());
            case VarBinaryVector it -> it.setSafe(row, bytes(random.nextInt(40)));
            case LargeVarBinaryVector it -> it.setSafe(row, bytes(random.nextInt(40)));
            case ViewVarBinaryVector it -> it.setSafe(row, bytes(random.nextInt(40)));
            case FixedSizeBinaryVector it -> it.setSafe(row, bytes(it.getByteWidth()));
            case DateDayVector it -> it.setSafe(row, random.nextInt(40_000) - 10_000);
            case DateMilliVector it -> it.setSafe(row, 86_400_000L * (random.nextInt(40_000) - 10_000));
            case TimeSecVector it -> it.setSafe(row, random.nextInt(86_400));
            case TimeMilliVector it -> it.setSafe(row, random.nextInt(86_400_000));
            case TimeMicroVector it -> it.setSafe(row, random.nextLong(86_400_000_000L));
            case TimeNanoVector it -> it.setSafe(row, random.nextLong(86_400_000_000_000L));
            case TimeStampVector it -> it.setSafe(row, random.nextLong(2_000_000_000L) - 1_000_000_000L);
            case DurationVector it -> it.setSafe(row, random.nextLong(2_000_000_000L) - 1_000_000_000L);
            case IntervalYearVector it -> it.setSafe(row, random.nextInt(1000) - 500);
            case IntervalDayVector it -> it.setSafe(row, random.nextInt(100), random.nextInt(1000));
            case IntervalMonthDayNanoVector it ->
                it.setSafe(row, random.nextInt(100), random.nextInt(100), random.nextLong(1000));
            case MapVector it -> setEntries(it, row);
            case ListVector it -> {
                int count = random.nextInt(5);
                int start = it.startNewValue(row);
                setRange(it.getDataVector(), start, count);
                it.endValue(row, count);
            }
            case LargeListVector it -> {
                int count = random.nextInt(5);
                long start = it.startNewValue(row);
                setRange(it.getDataVector(), (int) start, count);
                it.endValue(row, count);
            }
            case FixedSizeListVector it -> {
                it.startNewValue(row);
                setRange(it.getDataVector(), row * it.getListSize(), it.getListSize());
            }
            case StructVector it -> {
                it.setIndexDefined(row);
                it.getChildrenFromFields().forEach(child -> set(child, row));
            }
            default -> throw new AssertionError(vector.getClass());
        }
    }

    private void setRange(FieldVector vector, int from, int count) {
        for (int i = from; i < from + count; i++) {
            set(vector, i);
        }
    }

    private void setEntries(MapVector vector, int row) {
        int count = random.nextInt(4);
        int start = vector.startNewValue(row);
        StructVector entries = (StructVector) vector.getDataVector();
        for (int i = start; i < start + count; i++) {
            entries.setIndexDefined(i);
            FieldVector keys = entries.getChildrenFromFields().getFirst();
            ((IntVector) keys).setSafe(i, i - start);
            set(entries.getChildrenFromFields().getLast(), i);
        }
        vector.endValue(row, count);
    }

    private byte[] text() {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(30);
        for (int i = 0; i < length; i++) {
            text.appendCodePoint(
                    List.of((int) 'a', (int) 'Z', 0xE9, 0x20AC, 0x1F525).get(random.nextInt(5)));
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }
}
