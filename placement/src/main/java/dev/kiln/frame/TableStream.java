package dev.kiln.frame;

import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/** Some columns of a table as a stream of views of its memory, once from start to end. Read by the engine's threads. */
final class TableStream extends ArrowReader {
    private final Schema columns;
    private final @Nullable Table table;
    private final List<Integer> positions;
    private final int step;
    private @Nullable VectorSchemaRoot current;
    private int batch;
    private int row;

    /**
     * @param table what to read, held by the caller; null for a stream without rows
     * @param step the most rows per batch
     */
    TableStream(BufferAllocator allocator, Schema columns, @Nullable Table table, List<Integer> positions, int step) {
        super(allocator);
        this.columns = columns;
        this.table = table;
        this.positions = positions;
        this.step = step;
    }

    @Override
    public boolean loadNextBatch() {
        while (table != null && batch < table.batchCount()) {
            int rows = Math.min(step, table.batchRows(batch) - row);
            if (rows > 0) {
                show(table.view(batch, row, rows, positions));
                row += rows;
                return true;
            }
            batch++;
            row = 0;
        }
        return false;
    }

    @Override
    public VectorSchemaRoot getVectorSchemaRoot() {
        VectorSchemaRoot shown = current;
        if (shown == null) {
            shown = VectorSchemaRoot.create(columns, allocator);
            current = shown;
        }
        return shown;
    }

    private void show(@Nullable VectorSchemaRoot next) {
        if (current != null) {
            current.close();
        }
        if (next != null) {
            next.getFieldVectors().forEach(column -> Traffic.scanned(column.getBufferSize()));
        }
        current = next;
    }

    @Override
    public void close() {
        show(null);
    }

    @Override
    public long bytesRead() {
        return 0;
    }

    @Override
    protected void closeReadSource() {}

    @Override
    protected Schema readSchema() {
        return columns;
    }
}
