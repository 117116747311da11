package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.time.DateTimeException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NothingLeft.class)
class DamagedBytesTest {

    private static final int INPUTS = 4000;

    @Test
    @DisplayName("W-04: a damaged message is refused or read, and what is read can be looked at")
    void damagedMessages() {
        int refused = 0;
        for (int seed = 0; seed < INPUTS; seed++) {
            Random random = new Random(seed);
            Table table = random(seed);
            byte[] schema = table.schemaMessage();
            byte[] batch = table.batchMessage(0, 0, table.batchRows(0));
            table.release();
            boolean inSchema = random.nextInt(4) == 0;
            byte[] damagedSchema = inSchema ? damaged(schema, random) : schema;
            byte[] damagedBatch = inSchema ? batch : damaged(batch, random);
            try {
                Table read = Table.fromMessages(damagedSchema, List.of(damagedBatch));
                look(read, seed);
            } catch (IllegalArgumentException e) {
                refused++;
            }
        }
        assertTrue(refused > INPUTS / 4, refused + " refused");
    }

    @Test
    @DisplayName("W-04: a damaged descriptor of a shared table is refused or read, and what is read can be looked at")
    void damagedDescriptors() {
        int refused = 0;
        for (int seed = 0; seed < INPUTS; seed++) {
            Table table = random(seed);
            SharedTable image = table.share();
            byte[] descriptor = damaged(image.descriptor(), new Random(seed));
            try {
                look(
                        Table.map(new SharedTable(image.pid(), image.fd(), image.token(), image.size(), descriptor)),
                        seed);
            } catch (IllegalArgumentException e) {
                refused++;
            }
            table.release();
        }
        assertTrue(refused > INPUTS / 4, refused + " refused");
    }

    private static Table random(int seed) {
        BufferAllocator allocator = Memory.allocator();
        return Table.of(RandomRoots.of(seed % 200, 20, allocator));
    }

    /** Looks at everything. A value may have become one that Java does not have, such as a time of day of 30 hours. */
    private static void look(Table table, int seed) {
        try {
            Contents.of(table);
        } catch (DateTimeException
                | ArithmeticException
                | IndexOutOfBoundsException
                | IllegalArgumentException
                | NegativeArraySizeException e) {
            // a bounds check of Arrow or the JVM, for what only the segment's own bytes could tell
        } catch (RuntimeException e) {
            fail("seed " + seed, e);
        } finally {
            table.release();
        }
    }

    private static byte[] damaged(byte[] bytes, Random random) {
        byte[] damaged = bytes.clone();
        if (random.nextInt(5) == 0) {
            return Arrays.copyOf(damaged, random.nextInt(damaged.length));
        }
        int places = 1 + random.nextInt(4);
        // the beginning has the metadata, where damage does most
        int range = random.nextBoolean() ? damaged.length : Math.min(damaged.length, 400);
        for (int i = 0; i < places; i++) {
            int at = random.nextInt(range);
            damaged[at] = switch (random.nextInt(4)) {
                case 0 -> (byte) 0xFF;
                case 1 -> 0;
                case 2 -> (byte) (damaged[at] + 1);
                default -> (byte) random.nextInt();
            };
        }
        return damaged;
    }

    @Test
    @DisplayName("W-04: a cut-off message says so")
    void cutOff() {
        Table table = Table.fromColumns(Map.of("n", new int[100]));
        byte[] schema = table.schemaMessage();
        byte[] batch = table.batchMessage(0, 0, 100);
        table.release();
        refused("ends after", schema, Arrays.copyOf(batch, batch.length - 10));
        refused("claims metadata", schema, Arrays.copyOf(batch, 20));
        refused("not an Arrow message", schema, new byte[3]);
        refused("not an Arrow message", new byte[100], batch);
        refused("not a batch, but a Schema", schema, schema);
        refused("not a schema, but a RecordBatch", batch, batch);
    }

    private static void refused(String why, byte[] schema, byte[] batch) {
        var refused = assertThrows(IllegalArgumentException.class, () -> Table.fromMessages(schema, List.of(batch)));
        assertTrue(refused.getMessage().contains(why), refused.getMessage());
    }

    @Test
    @DisplayName("W-04: a batch of other columns than its schema is refused")
    void otherColumns() {
        Table numbers = Table.fromColumns(Map.of("n", new int[100]));
        Table text = Table.fromColumns(Map.of("s", java.util.Collections.nCopies(100, "x")));
        refused("fewer columns or buffers", text.schemaMessage(), numbers.batchMessage(0, 0, 100));
        refused("more columns or buffers", numbers.schemaMessage(), text.batchMessage(0, 0, 100));
        Table longs = Table.fromColumns(Map.of("n", new long[100]));
        refused(
                "column n has a buffer of 400 bytes where its rows need 800",
                longs.schemaMessage(),
                numbers.batchMessage(0, 0, 100));
        numbers.release();
        text.release();
        longs.release();
    }

    @Test
    @DisplayName("W-04: an offset that points outside of its column is refused when the message is read")
    void wildOffset() {
        Table table = Table.fromColumns(Map.of("s", List.of("one", "two", "three")));
        byte[] schema = table.schemaMessage();
        byte[] batch = table.batchMessage(0, 0, 3);
        table.release();
        int offsets = batch.length - 128; // no validity bits are sent, so: offsets, then bytes, 64 each
        assertEquals(3, batch[offsets + 4]);
        batch[offsets + 4] = 100;
        refused("column s is damaged: row 1 points to offset 100", schema, batch);
    }

    @Test
    @DisplayName("W-04: a descriptor that points outside of its segment is refused")
    void outsideOfTheSegment() {
        Table table = Table.fromColumns(Map.of("n", new int[100]));
        SharedTable image = table.share();
        Table larger = Table.fromColumns(Map.of("n", new int[5000]));
        SharedTable other = larger.share();
        var refused = assertThrows(
                IllegalArgumentException.class,
                () -> Table.map(
                        new SharedTable(image.pid(), image.fd(), image.token(), image.size(), other.descriptor())));
        assertTrue(refused.getMessage().contains("outside of its body"), refused.getMessage());
        table.release();
        larger.release();
    }

    @Test
    @DisplayName("F-10: a segment that is gone, replaced by another one or by any other file, cannot be mapped")
    void notThatSegment() {
        Table table = Table.fromColumns(Map.of("n", new int[100]));
        SharedTable image = table.share();
        byte[] otherToken = image.token().clone();
        otherToken[7]++;
        cannot("another one", new SharedTable(image.pid(), image.fd(), otherToken, image.size(), image.descriptor()));
        cannot(
                "another one",
                new SharedTable(image.pid(), image.fd(), image.token(), image.size() + 1, image.descriptor()));
        cannot("there is ", new SharedTable(image.pid(), 0, image.token(), image.size(), image.descriptor()));
        cannot(
                "cannot be opened",
                new SharedTable(image.pid(), 99_999, image.token(), image.size(), image.descriptor()));
        cannot("cannot be opened", new SharedTable(1 << 30, 3, image.token(), image.size(), image.descriptor()));
        table.release();
        cannot("shared table at", image);
    }

    private static void cannot(String why, SharedTable image) {
        CannotMap refused = assertThrows(CannotMap.class, () -> Table.map(image));
        assertTrue(refused.getMessage().contains(why), refused.getMessage());
    }
}
