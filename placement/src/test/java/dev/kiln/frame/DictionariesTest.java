package dev.kiln.frame;

import static dev.kiln.frame.Cells.list;
import static dev.kiln.frame.Cells.rows;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DictionariesTest {

    private static VarCharVector texts(String name, BufferAllocator allocator, String... values) {
        VarCharVector vector = new VarCharVector(name, allocator);
        vector.allocateNew();
        for (int i = 0; i < values.length; i++) {
            if (values[i] != null) {
                vector.setSafe(i, values[i].getBytes(StandardCharsets.UTF_8));
            }
        }
        vector.setValueCount(values.length);
        return vector;
    }

    private static VectorSchemaRoot encoded(Dictionary dictionary, BufferAllocator allocator) {
        try (VarCharVector plain = texts("city", allocator, "Ulm", null, "Bern", "Ulm")) {
            FieldVector indices = (FieldVector) DictionaryEncoder.encode(plain, dictionary);
            IntVector numbers = new IntVector("n", allocator);
            numbers.allocateNew(4);
            for (int i = 0; i < 4; i++) {
                numbers.set(i, i);
            }
            numbers.setValueCount(4);
            return new VectorSchemaRoot(List.of(indices.getField(), numbers.getField()), List.of(indices, numbers), 4);
        }
    }

    @Test
    @DisplayName("F-08: dictionary-encoded columns become plain ones, and every verb works on them")
    void decodes() {
        try (BufferAllocator allocator = new RootAllocator();
                VarCharVector words = texts("words", allocator, "Bern", "Ulm")) {
            long before = allocator.getAllocatedMemory();
            Dictionary dictionary = new Dictionary(words, new DictionaryEncoding(7, false, null));
            DictionaryProvider provider = new DictionaryProvider.MapDictionaryProvider(dictionary);
            try (Frame frame = Frame.of(encoded(dictionary, allocator), provider)) {
                assertEquals(List.of("city", "n"), frame.names());
                assertEquals(list(list("Ulm", 0), list(null, 1), list("Bern", 2), list("Ulm", 3)), rows(frame));
                try (Frame some = frame.filter("city = 'Ulm'");
                        Frame last = some.tail(1)) { // each step holds the data until it is closed
                    assertEquals(list(list("Ulm", 3)), rows(last));
                }
            }
            assertEquals(
                    before, allocator.getAllocatedMemory(), "indices and numbers are freed, the dictionary is not");
        }
    }

    @Test
    @DisplayName("F-08: a column whose dictionary is not there is refused by name, and stays the caller's")
    void missing() {
        try (BufferAllocator allocator = new RootAllocator();
                VarCharVector words = texts("words", allocator, "Bern", "Ulm")) {
            Dictionary dictionary = new Dictionary(words, new DictionaryEncoding(7, false, null));
            try (VectorSchemaRoot root = encoded(dictionary, allocator)) {
                IllegalArgumentException refused = assertThrows(
                        IllegalArgumentException.class,
                        () -> Frame.of(root, new DictionaryProvider.MapDictionaryProvider()));
                assertTrue(
                        refused.getMessage().contains("column city is encoded by dictionary 7"), refused.getMessage());
                assertEquals(4, root.getVector("n").getValueCount());
                assertThrows(IllegalArgumentException.class, () -> Frame.of(root));
            }
        }
    }
}
