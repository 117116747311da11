package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NothingLeft.class)
class ScanTest {
    private static final int ROWS = 100_000;
    private static final long PIECE = 64 << 10;

    private static Table numbers() {
        return Table.fromColumns(
                Map.of("n", IntStream.range(0, ROWS).asLongStream().toArray()));
    }

    private static long address(VectorSchemaRoot root) {
        return root.getVector(0).getDataBufferAddress();
    }

    private static Map<String, List<@Nullable Object>> scanned(Table table, long pieceBytes) {
        Map<String, List<@Nullable Object>> all = new LinkedHashMap<>();
        table.schema().getFields().forEach(field -> all.put(field.getName(), new ArrayList<>()));
        Scan.of(
                table,
                root -> Contents.of(root)
                        .forEach((name, values) -> all.get(name).addAll(values)),
                pieceBytes);
        return all;
    }

    @Test
    @DisplayName("F-08: random tables of every type that lie in a file are the same when they are read in pieces")
    void everyType() {
        try (BufferAllocator allocator = new RootAllocator()) {
            for (long seed = 0; seed < 300; seed++) {
                Random random = new Random(seed);
                VectorSchemaRoot root = RandomRoots.of(seed, random.nextInt(400), allocator);
                Map<String, List<@Nullable Object>> expected = Contents.of(root);
                Table table = Table.of(root);
                Table mapped = Table.map(table.share());
                Table part = mapped.slice(random.nextInt(20), random.nextInt(1, 400));
                assertEquals(expected, scanned(mapped, 1 + random.nextInt(2000)), "seed " + seed);
                assertEquals(Contents.of(part), scanned(part, 1 + random.nextInt(500)), "a part, seed " + seed);
                List.of(part, mapped, table).forEach(Table::release);
            }
        }
    }

    @Test
    @DisplayName("W-03: a table in shared memory is read through one piece of memory that is used again, in order")
    void usedAgain() {
        Table table = numbers();
        Table mapped = Table.map(table.share());
        Set<Long> addresses = new HashSet<>();
        List<Integer> sizes = new ArrayList<>();
        long[] next = {0};
        long rows = Scan.of(
                mapped,
                root -> {
                    BigIntVector n = (BigIntVector) root.getVector(0);
                    for (int row = 0; row < root.getRowCount(); row++) {
                        assertEquals(next[0]++, n.get(row));
                    }
                    addresses.add(address(root));
                    sizes.add(root.getRowCount());
                },
                PIECE);
        assertEquals(ROWS, rows);
        assertEquals(ROWS, next[0]);
        assertTrue(Collections.max(addresses) - Collections.min(addresses) < PIECE, "" + addresses);
        assertFalse(addresses.contains(mapped.read(0, ScanTest::address)), "not the mapping");
        assertTrue(sizes.size() > 10 && sizes.subList(0, 10).stream().allMatch(size -> size % 8 == 0), "" + sizes);
        List.of(mapped, table).forEach(Table::release);
    }

    @Test
    @DisplayName("W-03: what somebody still has a reference to is not used again")
    void kept() {
        Table table = numbers();
        Table mapped = Table.map(table.share());
        List<ArrowBuf> kept = new ArrayList<>();
        Scan.of(
                mapped,
                root -> {
                    ArrowBuf data = root.getVector(0).getDataBuffer();
                    data.getReferenceManager().retain();
                    kept.add(data);
                },
                PIECE);
        long last = -1;
        for (ArrowBuf data : kept) {
            assertTrue(data.getLong(0) > last, data.getLong(0) + " after " + last);
            last = data.getLong(0);
            data.getReferenceManager().release();
        }
        List.of(mapped, table).forEach(Table::release);
    }

    @Test
    @DisplayName("F-08: an interrupt, or the end of the file's owner, does not end a pass: the mapping is read on")
    void interrupted() {
        Table table = numbers();
        Table mapped = Table.map(table.share());
        long[] sum = {0};
        Scan.of(
                mapped,
                root -> {
                    sum[0] += root.getRowCount();
                    Thread.currentThread().interrupt();
                },
                PIECE);
        assertTrue(Thread.interrupted());
        assertEquals(ROWS, sum[0]);
        table.release();
        assertEquals(Contents.of(mapped), scanned(mapped, PIECE));
        mapped.release();
    }

    @Test
    @DisplayName("F-08: what a reader throws ends the pass, and nothing is left of it")
    void thrown() {
        Table table = numbers();
        Table mapped = Table.map(table.share());
        var failure = new IllegalStateException("enough");
        assertEquals(
                failure,
                assertThrows(
                        IllegalStateException.class,
                        () -> Scan.of(
                                mapped,
                                root -> {
                                    throw failure;
                                },
                                PIECE)));
        List.of(mapped, table).forEach(Table::release);
    }

    @Test
    @DisplayName("F-08: who reads a table again and again reads its mapping in the end")
    void again() {
        Table table = numbers();
        Table mapped = Table.map(table.share());
        long mapping = mapped.read(0, ScanTest::address);
        List<Boolean> inPlace = new ArrayList<>();
        for (int pass = 0; pass < 6; pass++) {
            List<Long> addresses = new ArrayList<>();
            Scan.of(mapped, root -> addresses.add(address(root)), PIECE);
            inPlace.add(addresses.contains(mapping));
        }
        assertEquals(List.of(false, false, false, false, true, true), inPlace);
        List.of(mapped, table).forEach(Table::release);
    }

    @Test
    @DisplayName("F-07: what is mapped here already is not mapped once more, and counts once")
    void mappedOnce() {
        Table table = numbers();
        Table first = Table.map(table.share());
        long bytes = Memory.usage().mappedBytes();
        Table second = Table.map(table.share());
        assertEquals(bytes, Memory.usage().mappedBytes());
        assertEquals(1, NothingLeft.added().mappings());
        long address = first.read(0, ScanTest::address);
        assertEquals(address, second.read(0, ScanTest::address));
        first.release();
        assertEquals(1, NothingLeft.added().mappings());
        second.release();
        assertEquals(0, NothingLeft.added().mappings());
        Table third = Table.map(table.share());
        assertEquals(1, NothingLeft.added().mappings());
        List.of(third, table).forEach(Table::release);
    }
}
