package dev.kiln.frame;

import static dev.kiln.frame.Cells.list;
import static dev.kiln.frame.Cells.rows;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.ArrowDictionaryBatch;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    private static final Schema NESTED = new Schema(List.of(
            new Field("lived", FieldType.nullable(new ArrowType.List()), List.of(code("item", 7))),
            new Field(
                    "home",
                    FieldType.nullable(new ArrowType.Struct()),
                    List.of(code("city", 7), Field.nullable("no", new ArrowType.Int(32, true))))));

    private static Field code(String name, long dictionary) {
        DictionaryEncoding encoding = new DictionaryEncoding(dictionary, false, new ArrowType.Int(8, true));
        return new Field(name, new FieldType(true, encoding.getIndexType(), encoding), null);
    }

    /** Lists [1, null], [], null, [0, 1], and structs of index 1, null, nothing, and 0. */
    private static void fill(VectorSchemaRoot root) {
        ListVector lists = (ListVector) root.getVector("lived");
        lists.allocateNew();
        TinyIntVector codes = (TinyIntVector) lists.getDataVector();
        int[][] elements = {{1, -1}, {}, null, {0, 1}};
        int at = 0;
        for (int row = 0; row < elements.length; row++) {
            if (elements[row] != null) {
                lists.startNewValue(row);
                for (int code : elements[row]) {
                    if (code >= 0) {
                        codes.setSafe(at, code);
                    }
                    at++;
                }
                lists.endValue(row, elements[row].length);
            }
        }
        codes.setValueCount(at);
        StructVector structs = (StructVector) root.getVector("home");
        structs.allocateNew();
        for (int row : new int[] {0, 1, 3}) {
            structs.setIndexDefined(row);
            structs.getChild("no", IntVector.class).setSafe(row, row);
        }
        structs.getChild("city", TinyIntVector.class).setSafe(0, 1);
        structs.getChild("city", TinyIntVector.class).setSafe(3, 0);
        root.setRowCount(4);
    }

    private static void assertPlain(Frame frame) {
        try (Frame apart = frame.mutate("city = home.city", "no = home.\"no\"");
                Frame columns = apart.select("lived", "city", "no"); // each step holds the data until it is closed
                Frame some = frame.filter("list_contains(lived, 'Ulm')")) {
            assertEquals(
                    list(
                            list(list("Ulm", null), "Ulm", 0L),
                            list(list(), null, 1L),
                            list(null, null, null),
                            list(list("Bern", "Ulm"), "Bern", 3L)),
                    Oracle.rows(columns));
            assertEquals(2, some.rowCount());
        }
    }

    @Test
    @DisplayName("F-08: dictionaries within lists and structs become plain values, and every verb works on them")
    void nested() {
        try (BufferAllocator allocator = new RootAllocator();
                VarCharVector words = texts("words", allocator, "Bern", "Ulm")) {
            Dictionary dictionary = new Dictionary(words, code("words", 7).getDictionary());
            VectorSchemaRoot root = VectorSchemaRoot.create(NESTED, allocator);
            fill(root);
            try (Frame frame = Frame.of(root, new DictionaryProvider.MapDictionaryProvider(dictionary))) {
                assertPlain(frame);
            }
            try (VectorSchemaRoot other = VectorSchemaRoot.create(NESTED, allocator)) {
                fill(other);
                IllegalArgumentException refused = assertThrows(
                        IllegalArgumentException.class,
                        () -> Frame.of(other, new DictionaryProvider.MapDictionaryProvider()));
                assertTrue(refused.getMessage().contains("column lived.item is encoded by"), refused.getMessage());
                ((TinyIntVector) ((StructVector) other.getVector("home")).getChild("city")).set(3, 2);
                refused = assertThrows(
                        IllegalArgumentException.class,
                        () -> Frame.of(other, new DictionaryProvider.MapDictionaryProvider(dictionary)));
                assertTrue(
                        refused.getMessage().contains("column home.city has the index 2 into a dictionary of 2"),
                        refused.getMessage());
            }
        }
    }

    @Test
    @DisplayName(
            "F-08: Arrow files and streams that others wrote with dictionaries are read as plain values, nested ones too")
    void files(@TempDir Path folder) throws IOException {
        try (BufferAllocator allocator = new RootAllocator();
                VarCharVector words = texts("words", allocator, "Bern", "Ulm");
                VectorSchemaRoot root = VectorSchemaRoot.create(NESTED, allocator)) {
            Dictionary dictionary = new Dictionary(words, code("words", 7).getDictionary());
            DictionaryProvider provider = new DictionaryProvider.MapDictionaryProvider(dictionary);
            fill(root);
            Path file = folder.resolve("nested.arrow");
            Path stream = folder.resolve("nested.arrows");
            try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                    ArrowFileWriter writer = new ArrowFileWriter(root, provider, out)) {
                writer.writeBatch();
            }
            try (OutputStream out = Files.newOutputStream(stream);
                    ArrowStreamWriter writer = new ArrowStreamWriter(root, provider, out)) {
                writer.writeBatch();
            }
            for (Path path : List.of(file, stream)) {
                try (Frame frame = Frame.readArrow(path)) {
                    assertPlain(frame);
                    Path again = folder.resolve("again.arrow");
                    frame.writeArrow(again);
                    try (Frame same = Frame.readArrow(again)) {
                        assertPlain(same);
                    }
                    Files.delete(again);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"7, 8", "8, 7"})
    @DisplayName(
            "F-08: values of a dictionary that are encoded by another one become plain too, whichever is written first")
    void ofDictionaries(long inner, long outer, @TempDir Path folder) throws IOException {
        try (BufferAllocator allocator = new RootAllocator();
                VarCharVector words = texts("words", allocator, "Bern", "Ulm");
                ListVector pairs = new ListVector(
                        "pairs",
                        allocator,
                        new FieldType(true, new ArrowType.List(), new DictionaryEncoding(outer, false, UINT64)),
                        null)) {
            FieldType code = code("item", inner).getFieldType();
            TinyIntVector codes = (TinyIntVector) pairs.addOrGetVector(code).getVector();
            pairs.allocateNew();
            for (int[] pair : new int[][] {{1}, {0, 1}}) {
                int row = pairs.getValueCount();
                int at = pairs.startNewValue(row);
                for (int i = 0; i < pair.length; i++) {
                    codes.setSafe(at + i, pair[i]);
                }
                pairs.endValue(row, pair.length);
                pairs.setValueCount(row + 1);
            }
            DictionaryProvider provider = new DictionaryProvider.MapDictionaryProvider(
                    new Dictionary(words, code.getDictionary()),
                    new Dictionary(pairs, new DictionaryEncoding(outer, false, UINT64)));
            assertUnsigned(
                    outer, provider, allocator, folder, list(list(list("Bern", "Ulm")), list(list("Ulm")), list((Object)
                            null)));
        }
    }

    @Test
    @DisplayName(
            "F-08: indices into a dictionary may be unsigned and 64 bits wide; one beyond all longs is outside of it")
    void unsigned(@TempDir Path folder) throws IOException {
        try (BufferAllocator allocator = new RootAllocator();
                VarCharVector words = texts("words", allocator, "Bern", "Ulm")) {
            DictionaryProvider provider = new DictionaryProvider.MapDictionaryProvider(
                    new Dictionary(words, new DictionaryEncoding(9, false, UINT64)));
            assertUnsigned(9, provider, allocator, folder, list(list("Ulm"), list("Bern"), list((Object) null)));
            try (VectorSchemaRoot root = unsigned(9, allocator)) {
                ((UInt8Vector) root.getVector("x")).set(0, -1);
                IllegalArgumentException refused =
                        assertThrows(IllegalArgumentException.class, () -> Frame.of(root, provider));
                assertTrue(
                        refused.getMessage()
                                .contains("column x has the index 18446744073709551615 into a dictionary of 2"),
                        refused.getMessage());
            }
        }
    }

    private static final ArrowType.Int UINT64 = new ArrowType.Int(64, false);

    /** Indices 1, 0, null. */
    private static VectorSchemaRoot unsigned(long dictionary, BufferAllocator allocator) {
        UInt8Vector indices = new UInt8Vector(
                "x", new FieldType(true, UINT64, new DictionaryEncoding(dictionary, false, UINT64)), allocator);
        indices.allocateNew(3);
        indices.set(0, 1);
        indices.set(1, 0);
        indices.setNull(2);
        indices.setValueCount(3);
        return VectorSchemaRoot.of(indices);
    }

    /** In memory, in a file, and in a stream. */
    private static void assertUnsigned(
            long id, DictionaryProvider provider, BufferAllocator allocator, Path folder, List<?> expected)
            throws IOException {
        Path file = folder.resolve("some.arrow");
        Path stream = folder.resolve("some.arrows");
        try (VectorSchemaRoot root = unsigned(id, allocator);
                FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                ArrowFileWriter writer = new ArrowFileWriter(root, provider, out);
                OutputStream bytes = Files.newOutputStream(stream);
                ArrowStreamWriter streamWriter = new ArrowStreamWriter(root, provider, bytes)) {
            writer.writeBatch();
            streamWriter.writeBatch();
        }
        try (Frame made = Frame.of(unsigned(id, allocator), provider);
                Frame read = Frame.readArrow(file);
                Frame streamed = Frame.readArrow(stream)) {
            for (Frame frame : List.of(made, read, streamed)) {
                assertEquals(expected, Oracle.rows(frame));
            }
        }
    }

    @Test
    @DisplayName("F-08: in a stream, dictionaries that grow or are replaced count for what comes after them")
    void changing(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("changing.arrows");
        Schema schema = new Schema(List.of(code("city", 7)));
        Schema told = new Schema(List.of(new Field(
                "city",
                new FieldType(true, new ArrowType.Utf8(), code("city", 7).getDictionary()),
                null)));
        try (BufferAllocator allocator = new RootAllocator();
                VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator);
                WriteChannel out = new WriteChannel(
                        Files.newByteChannel(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
            MessageSerializer.serialize(out, told);
            words(out, allocator, false, "Bern");
            batch(out, root, 0);
            words(out, allocator, true, "Ulm");
            batch(out, root, 1);
            words(out, allocator, false, "Bonn", "Hof");
            batch(out, root, 1);
        }
        try (Frame frame = Frame.readArrow(file)) {
            assertEquals(list(list("Bern"), list("Ulm"), list("Hof")), rows(frame));
        }
    }

    private static void words(WriteChannel out, BufferAllocator allocator, boolean more, String... values)
            throws IOException {
        try (VarCharVector words = texts("words", allocator, values);
                ArrowRecordBatch batch = new VectorUnloader(VectorSchemaRoot.of(words)).getRecordBatch();
                ArrowDictionaryBatch dictionary = new ArrowDictionaryBatch(7, batch, more)) {
            MessageSerializer.serialize(out, dictionary);
        }
    }

    private static void batch(WriteChannel out, VectorSchemaRoot root, int code) throws IOException {
        root.allocateNew();
        ((TinyIntVector) root.getVector("city")).setSafe(0, code);
        root.setRowCount(1);
        try (ArrowRecordBatch batch = new VectorUnloader(root).getRecordBatch()) {
            MessageSerializer.serialize(out, batch);
        }
    }
}
