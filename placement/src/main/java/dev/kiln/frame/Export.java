package dev.kiln.frame;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;

/** From a table's data to vectors that belong to somebody else's allocator. */
final class Export {

    private Export() {}

    /** The same vectors under somebody else's allocator, over the same memory; the caller closes the root. */
    static VectorSchemaRoot passOn(VectorSchemaRoot batch, BufferAllocator allocator) {
        VectorSchemaRoot root = VectorSchemaRoot.create(batch.getSchema(), allocator);
        List<Column> columns = Unloading.of(batch, Shape.of(batch.getSchema()));
        List<Column> passed = new ArrayList<>();
        try {
            columns.forEach(column -> passed.add(Rehoming.passOn(column, allocator)));
            for (int i = 0; i < passed.size(); i++) {
                passed.get(i).loadInto(root.getFieldVectors().get(i));
            }
            return new VectorSchemaRoot(batch.getSchema(), root.getFieldVectors(), batch.getRowCount());
        } catch (RuntimeException | Error e) {
            root.close();
            throw e;
        } finally {
            passed.forEach(Column::release);
            columns.forEach(Column::release);
        }
    }

    /** One batch is lent, several are copied into one. */
    static VectorSchemaRoot toArrow(Schema schema, TableData data, BufferAllocator allocator) {
        VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator);
        List<Column> columns = new ArrayList<>();
        try {
            List<Batch> batches = data.batches();
            if (batches.isEmpty()) {
                root.allocateNew();
                root.setRowCount(0);
                return root;
            }
            for (int i = 0; i < schema.getFields().size(); i++) {
                int at = i;
                columns.add(
                        batches.size() == 1
                                ? Rehoming.lend(batches.getFirst().columns().get(at), data, allocator)
                                : Concatenation.of(
                                        batches.stream()
                                                .map(batch -> batch.columns().get(at))
                                                .toList(),
                                        allocator));
            }
            List<FieldVector> vectors = root.getFieldVectors();
            for (int i = 0; i < vectors.size(); i++) {
                columns.get(i).loadInto(vectors.get(i));
            }
            return new VectorSchemaRoot(
                    schema, vectors, batches.stream().mapToInt(Batch::rows).sum());
        } catch (RuntimeException | Error e) {
            root.close();
            throw e;
        } finally {
            columns.forEach(Column::release);
        }
    }
}
