package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NothingLeft.class)
class TableProcessIT {

    private static final List<String> NO_FLAGS = List.of();

    @TempDir
    Path directory;

    @Test
    @DisplayName(
            "F-08: creation, sharing, mapping, messages, rows, toArrow, files and printing work in a JVM without any flag")
    void withoutFlags() throws Exception {
        try (OtherProcess other = OtherProcess.start(directory, NO_FLAGS, "everything")) {
            assertEquals("all done", other.answer());
            assertEquals(0, other.process().waitFor());
        }
    }

    @Test
    @DisplayName("F-08: where native access is denied all that works too, but for sharing, which says why")
    void withoutNativeAccess() throws Exception {
        try (OtherProcess other =
                OtherProcess.start(directory, List.of("--illegal-native-access=deny"), "everything")) {
            assertEquals("all done", other.answer());
        }
    }

    @Test
    @DisplayName(
            "F-13: when shared memory or descriptors run out a table is refused or stays private, and nothing breaks")
    void limits() throws Exception {
        try (OtherProcess other = OtherProcess.start(directory, NO_FLAGS, "limited")) {
            assertEquals("all done", other.answer());
        }
    }

    @Test
    @DisplayName("F-08: mapping needs no native access, not even where it is denied")
    void nativeAccessDenied() throws Exception {
        Table table = OtherProcess.allTypes();
        int expected = Contents.of(table).hashCode();
        try (OtherProcess reader = OtherProcess.start(directory, List.of("--illegal-native-access=deny"), "reader")) {
            reader.order(OtherProcess.encoded(table.share()));
            assertEquals(expected, Integer.parseInt(reader.answer()));
            assertFalse(reader.errors().contains("restricted"), reader.errors());
        }
        table.release();
    }

    @Test
    @DisplayName("F-08: another process maps a table, and reads on after its owner has freed it")
    void mappedElsewhere() throws Exception {
        Table table = OtherProcess.allTypes();
        String expected = Integer.toString(Contents.of(table).hashCode());
        try (OtherProcess reader = OtherProcess.start(directory, NO_FLAGS, "reader")) {
            reader.order(OtherProcess.encoded(table.share()));
            assertEquals(expected, reader.answer());
            table.release();
            reader.order("again");
            assertEquals(expected, reader.answer());
            assertEquals("0", reader.answer());
        }
    }

    @Test
    @DisplayName("F-10: the death of its owner leaves a mapped table readable, and takes an unmapped one away")
    void ownerDies() throws Exception {
        Table table = OtherProcess.allTypes();
        var expected = Contents.of(table);
        table.release();
        SharedTable image;
        SharedTable other;
        Table mapped;
        try (OtherProcess owner = OtherProcess.start(directory, NO_FLAGS, "owner");
                OtherProcess second = OtherProcess.start(directory, NO_FLAGS, "owner")) {
            image = OtherProcess.decoded(owner.answer());
            other = OtherProcess.decoded(second.answer());
            mapped = Table.map(image);
        }
        assertEquals(expected, Contents.of(mapped));
        assertThrows(CannotMap.class, () -> Table.map(other));
        Table again = Table.map(image);
        assertEquals(expected, Contents.of(again), "the mapping is still there");
        again.release();
        mapped.release();
    }

    @Test
    @DisplayName("G-01: a table that its owner has freed cannot be mapped any more")
    void ownerFrees() throws Exception {
        try (OtherProcess owner = OtherProcess.start(directory, NO_FLAGS, "owner")) {
            SharedTable image = OtherProcess.decoded(owner.answer());
            owner.order("free");
            assertEquals("freed", owner.answer());
            assertThrows(CannotMap.class, () -> Table.map(image));
        }
    }
}
