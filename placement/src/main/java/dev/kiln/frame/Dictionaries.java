package dev.kiln.frame;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** Decodes dictionary-encoded columns on their way into a table. One thread. */
final class Dictionaries {
    private Dictionaries() {}

    /**
     * A table of a root whose columns may be dictionary-encoded: those are copied, decoded; the others are taken over. The root
     * is closed for the caller, the dictionaries stay the caller's.
     *
     * @throws IllegalArgumentException if a dictionary is missing, an index is outside of it, or a nested column is encoded; the
     *     root stays the caller's then
     */
    static Table decoded(VectorSchemaRoot root, DictionaryProvider dictionaries) {
        List<Field> fields = new ArrayList<>();
        List<FieldVector> vectors = new ArrayList<>();
        List<FieldVector> made = new ArrayList<>();
        try {
            for (FieldVector vector : root.getFieldVectors()) {
                DictionaryEncoding encoding = vector.getField().getDictionary();
                if (encoding == null) {
                    fields.add(vector.getField());
                    vectors.add(vector);
                } else {
                    FieldVector values = decoded(vector, encoding, dictionaries);
                    made.add(values);
                    Field field = values.getField();
                    fields.add(new Field(vector.getName(), field.getFieldType(), field.getChildren()));
                    vectors.add(values);
                }
            }
            Table table = Table.of(new VectorSchemaRoot(new Schema(fields), vectors, root.getRowCount()));
            root.close();
            return table;
        } catch (RuntimeException | Error e) {
            made.forEach(FieldVector::close);
            throw e;
        }
    }

    private static FieldVector decoded(
            FieldVector indices, DictionaryEncoding encoding, DictionaryProvider dictionaries) {
        Dictionary dictionary = dictionaries.lookup(encoding.getId());
        if (dictionary == null) {
            throw new IllegalArgumentException("column " + indices.getName() + " is encoded by dictionary "
                    + encoding.getId() + ", which is not among " + dictionaries.getDictionaryIds());
        }
        return (FieldVector) DictionaryEncoder.decode(indices, dictionary, Memory.allocator());
    }
}
