package dev.kiln.frame;

import static dev.kiln.frame.Cells.frame;
import static dev.kiln.frame.Cells.list;
import static dev.kiln.frame.Cells.rows;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrameFilesTest {
    @TempDir
    private Path directory;

    private final Frame data = frame(
            "größe \"x\"", list(1, null, 3), "text", list("a,b\n\"c\"", null, "日本語"), "number", list(1.5, null, -0.25));

    @AfterEach
    void close() {
        data.close();
    }

    private void assertRoundTrip(Path file, Function<Path, Frame> read) {
        try (Frame again = read.apply(file)) {
            assertEquals(data.names(), again.names());
            assertEquals(rows(data).toString(), rows(again).toString());
        }
    }

    @Test
    @DisplayName("F-08: Parquet, CSV and Arrow files give back names, values and nulls")
    void roundTrip() {
        Path parquet = directory.resolve("x.parquet");
        Path csv = directory.resolve("x.csv");
        Path arrow = directory.resolve("x.arrow");
        assertEquals(3, data.writeParquet(parquet));
        assertEquals(3, data.writeCsv(csv));
        assertEquals(3, data.writeArrow(arrow));
        assertRoundTrip(parquet, Frame::readParquet);
        assertRoundTrip(csv, Frame::readCsv);
        assertRoundTrip(arrow, Frame::readArrow);
    }

    @Test
    @DisplayName("F-08: a lazy chain is written as its result, whatever it takes")
    void lazy() {
        Frame chain = data.filter("number > ?", -10)
                .groupBy()
                .summarise("s = sum(number * 2)", "n = sum(cast(number as int))");
        for (Path file :
                List.of(directory.resolve("l.parquet"), directory.resolve("l.csv"), directory.resolve("l.arrow"))) {
            String name = file.getFileName().toString();
            long written = name.endsWith("t")
                    ? chain.writeParquet(file)
                    : name.endsWith("v") ? chain.writeCsv(file) : chain.writeArrow(file);
            assertEquals(1, written);
            try (Frame again = name.endsWith("t")
                    ? Frame.readParquet(file)
                    : name.endsWith("v") ? Frame.readCsv(file) : Frame.readArrow(file)) {
                assertEquals(list(list(2.5, 2L)), rows(again), name);
                assertEquals(
                        new ArrowType.Int(64, true),
                        again.schema().findField("n").getType(),
                        name);
            }
        }
    }

    @Test
    @DisplayName("F-08: a file that exists is read whatever its name; a pattern reads several")
    void names() {
        for (String name :
                List.of("it's.parquet", "a[1].parquet", "a*b?.parquet", "ü 🙂.parquet", "year=2020.parquet")) {
            data.writeParquet(directory.resolve(name));
            assertRoundTrip(directory.resolve(name), Frame::readParquet);
        }
        try (Frame all = Frame.readParquet(directory.resolve("a*.parquet"))) {
            assertEquals(6, all.rowCount());
        }
    }

    @Test
    @DisplayName("F-08: folders called like key=value add no column")
    void noHive() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("year=2020"));
        data.writeParquet(folder.resolve("x.parquet"));
        data.writeCsv(folder.resolve("x.csv"));
        assertRoundTrip(folder.resolve("x.parquet"), Frame::readParquet);
        assertRoundTrip(folder.resolve("x.csv"), Frame::readCsv);
    }

    @Test
    @DisplayName("F-08: a file that cannot be read is named in the failure")
    void missing() throws IOException {
        Path missing = directory.resolve("missing.parquet");
        QueryFailed failed = assertThrows(QueryFailed.class, () -> Frame.readParquet(missing));
        assertEquals("readParquet", failed.verb());
        assertTrue(failed.getMessage().contains("missing.parquet"), failed.getMessage());
        assertEquals(
                "readCsv",
                assertThrows(QueryFailed.class, () -> Frame.readCsv(directory.resolve("no.csv")))
                        .verb());
        Path damaged = Files.writeString(directory.resolve("damaged.parquet"), "not Parquet at all");
        assertThrows(QueryFailed.class, () -> Frame.readParquet(damaged));
    }

    private Frame csv(String... lines) throws IOException {
        return Frame.readCsv(Files.write(directory.resolve("lines.csv"), List.of(lines)));
    }

    @Test
    @DisplayName(
            "F-08: no line of a CSV file is left out: not one with a #, and none before one with too many values, which is named")
    void everyLine() throws IOException {
        assertEquals(list(list("#java", 1L), list("#go", 2L)), rows(csv("tag,n", "#java,1", "#go,2")));
        assertEquals(list(list(1L)), rows(csv("\"a,b\"", "1")));
        assertEquals(list(list(1L, 2L)), rows(csv("a;b", "1;2")));
        for (String[] lines :
                new String[][] {{"a,b", "1,2", "3,4", "4,5,6"}, {"a,b", "1,2", "4,5,6", "7,8"}, {"a,b", "1,2", "9"}}) {
            QueryFailed failed = assertThrows(QueryFailed.class, () -> csv(lines));
            assertEquals("readCsv", failed.verb());
            assertTrue(failed.getMessage().contains("Expected Number of Columns: 2 Found: "), failed.getMessage());
        }
    }

    @Test
    @DisplayName("F-08: a write that fails leaves no file behind, and an old one as it was")
    void failedWrite() throws IOException {
        Path file = Files.writeString(directory.resolve("old.parquet"), "old");
        Frame failing = data.mutate("x = if(number < 0, error('no'), 1)");
        assertThrows(QueryFailed.class, () -> failing.writeParquet(file));
        assertThrows(QueryFailed.class, () -> failing.writeArrow(directory.resolve("new.arrow")));
        assertThrows(QueryFailed.class, () -> failing.writeCsv(directory.resolve("new.csv")));
        assertEquals("old", Files.readString(file));
        assertFalse(Files.exists(directory.resolve("new.arrow")));
        try (var files = Files.list(directory)) {
            assertEquals(List.of(file), files.toList());
        }
        assertThrows(QueryFailed.class, () -> data.writeParquet(directory.resolve("no/such/folder.parquet")));
    }

    @Test
    @DisplayName("F-08: a frame without rows keeps its columns in a file")
    void empty() {
        Path file = directory.resolve("empty.parquet");
        assertEquals(0, data.head(0).writeParquet(file));
        try (Frame again = Frame.readParquet(file)) {
            assertEquals(data.names(), again.names());
            assertEquals(0, again.rowCount());
        }
    }

    @Test
    @DisplayName("F-08: a query of its own reads files")
    void sql() {
        Path file = directory.resolve("x.parquet");
        data.writeParquet(file);
        try (Frame two = Frame.readSql("select number from '" + file + "' where number is not null order by number;")) {
            assertEquals(list(list(-0.25), list(1.5)), rows(two));
        }
    }
}
