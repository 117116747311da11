package dev.kiln.bench;

import java.util.function.Consumer;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;

/** Everything in batches of {@link Columns}, added up: plain loops over the vectors' memory. For one thread. */
final class Sum implements Consumer<VectorSchemaRoot> {
    private static final int WIDTH = Long.BYTES;

    private double values;
    private long numbers;
    private long rows;

    @Override
    public void accept(VectorSchemaRoot batch) {
        for (FieldVector column : batch.getFieldVectors()) {
            switch (column) {
                case Float8Vector vector -> values += doubles(vector.getDataBufferAddress(), batch.getRowCount());
                case BigIntVector vector -> numbers += longs(vector.getDataBufferAddress(), batch.getRowCount());
                default -> throw new IllegalArgumentException("not what was to be added up: " + column.getField());
            }
        }
        rows += batch.getRowCount();
    }

    /** The same of two columns in memory. */
    void add(long valuesAddress, long numbersAddress, int count) {
        values += doubles(valuesAddress, count);
        numbers += longs(numbersAddress, count);
        rows += count;
    }

    private static double doubles(long address, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += Double.longBitsToDouble(MemoryUtil.getLong(address + (long) WIDTH * i));
        }
        return sum;
    }

    private static long longs(long address, int count) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += MemoryUtil.getLong(address + (long) WIDTH * i);
        }
        return sum;
    }

    /** @throws IllegalStateException if it is not the sum of a frame of so many bytes */
    void check(long bytes) {
        long expected = Columns.rows(bytes);
        long sum = expected * (expected - 1) / 2;
        if (rows != expected || numbers != sum || Math.abs(values - sum / 2.0) > sum * 1e-9) {
            throw new IllegalStateException("wrong data: " + rows + " rows with " + numbers + " and " + values);
        }
    }
}
