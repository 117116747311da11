package dev.kiln.frame;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Columns of 128-bit integers in a result, made 64 bits wide while it is copied. The engine gives them out as decimals whose 16 bytes
 * are the integer. A cast in the statement would do the same, but the types are known only once it is prepared, and for a few rows
 * preparing it again costs as much as running it. One thread.
 */
final class WideIntegers {
    private static final String SIGNED = "HUGEINT";
    private static final String UNSIGNED = "UHUGEINT";

    private final List<String> types;
    private final boolean any;

    /** @param types of the result's columns, as the engine writes them */
    WideIntegers(List<String> types) {
        this.types = types;
        this.any = types.stream().anyMatch(WideIntegers::isWide);
    }

    /** Whether a column of this type is one, and not only something inside of it. */
    static boolean isWide(String type) {
        return type.equals(SIGNED) || type.equals(UNSIGNED);
    }

    /** The schema that results have, of that which the engine gives out. */
    Schema narrow(Schema given) {
        List<Field> fields = new ArrayList<>(given.getFields());
        for (int i = 0; i < fields.size(); i++) {
            if (isWide(types.get(i))) {
                fields.set(i, narrow(fields.get(i), types.get(i)));
            }
        }
        return new Schema(fields);
    }

    private static Field narrow(Field given, String type) {
        return new Field(
                given.getName(), FieldType.nullable(new ArrowType.Int(Long.SIZE, type.equals(SIGNED))), List.of());
    }

    /** Who takes batches. */
    interface Taker {
        void take(VectorSchemaRoot batch);
    }

    /**
     * Gives a batch of the engine's on, in the schema that results have; it is good during the call.
     *
     * @throws SQLException if a value does not fit
     */
    void pass(VectorSchemaRoot given, BufferAllocator allocator, Taker taker) throws SQLException {
        if (!any) {
            taker.take(given);
            return;
        }
        List<FieldVector> columns = new ArrayList<>(given.getFieldVectors());
        List<FieldVector> made = new ArrayList<>();
        try {
            for (int i = 0; i < columns.size(); i++) {
                if (isWide(types.get(i))) {
                    BaseFixedWidthVector column = types.get(i).equals(SIGNED)
                            ? new BigIntVector(columns.get(i).getName(), allocator)
                            : new UInt8Vector(columns.get(i).getName(), allocator);
                    made.add(column);
                    fill(column, (DecimalVector) columns.get(i), types.get(i).equals(SIGNED));
                    columns.set(i, column);
                }
            }
            // not closed: that would end the columns that are the engine's
            VectorSchemaRoot narrow = new VectorSchemaRoot(columns);
            narrow.setRowCount(given.getRowCount());
            taker.take(narrow);
        } finally {
            made.forEach(FieldVector::close);
        }
    }

    private static void fill(BaseFixedWidthVector column, DecimalVector wide, boolean signed) throws SQLException {
        int rows = wide.getValueCount();
        column.allocateNew(rows);
        ArrowBuf from = wide.getDataBuffer();
        ArrowBuf to = column.getDataBuffer();
        for (int row = 0; row < rows; row++) {
            long low = from.getLong(2L * Long.BYTES * row);
            long high = from.getLong(2L * Long.BYTES * row + Long.BYTES);
            boolean there = !wide.isNull(row);
            if (there && high != (signed ? low >> (Long.SIZE - 1) : 0)) {
                throw new SQLException("the whole number " + wholeNumber(high, low, signed) + " in column "
                        + wide.getName() + " does not fit into 64 bits: cast it, to double or text for instance");
            }
            to.setLong((long) Long.BYTES * row, low);
            if (there) {
                column.setIndexDefined(row);
            }
        }
        column.setValueCount(rows);
    }

    private static BigInteger wholeNumber(long high, long low, boolean signed) {
        byte[] bytes =
                ByteBuffer.allocate(2 * Long.BYTES).putLong(high).putLong(low).array();
        return signed ? new BigInteger(bytes) : new BigInteger(1, bytes);
    }
}
