package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.frame.FrameLost;
import dev.kiln.pool.Pool;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Frames of other processes that are read where they are. */
@ExtendWith(LeavesNothing.class)
class ZeroCopyIT {
    private static final int ROWS = 300_000;

    record Sum(long s) {}

    private static Frame numbersAndWords() {
        long[] numbers = new long[ROWS];
        Arrays.setAll(numbers, row -> row);
        Map<String, Object> columns = new LinkedHashMap<>();
        columns.put("n", numbers);
        columns.put(
                "word",
                Arrays.stream(numbers)
                        .mapToObj(n -> n % 7 == 0 ? null : "word " + n)
                        .toList());
        return Frame.columns(columns);
    }

    /** @return those of the mappings that the frame's buffers are in */
    private static List<Segments.Mapping> assertMapped(Frame here, List<Segments.Mapping> mappings) {
        List<Segments.Mapping> used = new ArrayList<>();
        try (var allocator = new RootAllocator();
                VectorSchemaRoot root = here.toArrow(allocator)) {
            int buffers = 0;
            for (FieldVector vector : root.getFieldVectors()) {
                for (ArrowBuf buffer : vector.getFieldBuffers()) {
                    Optional<Segments.Mapping> around = mappings.stream()
                            .filter(mapping -> mapping.contains(buffer.memoryAddress(), buffer.capacity()))
                            .findFirst();
                    assertTrue(around.isPresent(), buffer + " of " + vector.getName() + " is not in " + mappings);
                    used.add(around.get());
                    buffers++;
                }
            }
            assertEquals(5, buffers);
        }
        return used;
    }

    @Test
    @DisplayName(
            "F-07, W-03: after collect() on one host every buffer of the frame lies in the mapped segment of its owner")
    void everyBufferInTheSegment() {
        try (Pool pool = Pool.named("zero-copy").max(1).open();
                Frame fromArrays = pool.call(ZeroCopyIT::numbersAndWords);
                Frame fromEngine = pool.call(() -> numbersAndWords().mutate("n = n + 1"));
                Frame here = fromArrays.collect();
                Frame alsoHere = fromEngine.collect();
                Frame firstBatch = alsoHere.head(100_000)) { // more would be joined by toArrow, which is a copy
            List<Segments.Mapping> mappings = Segments.of("self");
            List<Segments.Mapping> used = new ArrayList<>(assertMapped(here, mappings));
            used.addAll(assertMapped(firstBatch, mappings));
            String owner = Long.toString(pool.runners().getFirst().pid().orElseThrow());
            assertTrue(
                    Segments.inodes(Segments.of(owner)).containsAll(Segments.inodes(used)),
                    "both processes have the very same memory files");
        }
    }

    @Test
    @DisplayName("C-13: a large array crosses between processes by way of a memory file, both ways, and none is left")
    void largeArrays() {
        try (Pool pool = Pool.named("arrays").max(1).open()) {
            long caller = Pid.here();
            long before = Segments.files(caller);
            double[] numbers = new Random(1).doubles(1_000_000).toArray();
            double[] twice = pool.call(() -> {
                assertEquals(before + 1, Segments.files(caller), "it is not in the message");
                return Arrays.stream(numbers).map(n -> n * 2).toArray();
            });
            assertArrayEquals(Arrays.stream(numbers).map(n -> n * 2).toArray(), twice);
            long runner = pool.runners().getFirst().pid().orElseThrow();
            Eventually.soon("none is left", () -> Segments.files(caller) == before && Segments.files(runner) == 0);
        }
    }

    @Test
    @DisplayName(
            "F-10: kill -9 of a producer: what is mapped stays readable, what is not is FrameLost, no segment is left")
    void killedProducer() {
        Set<String> inodes;
        try (Pool pool = Pool.named("killed").max(1).open()) {
            Frame mapped = pool.call(ZeroCopyIT::numbersAndWords);
            Frame handle = pool.call(ZeroCopyIT::numbersAndWords);
            Frame here = mapped.collect();
            long owner = pool.runners().getFirst().pid().orElseThrow();
            inodes = Segments.inodes(Segments.of(Long.toString(owner)));
            assertEquals(2, inodes.size());
            Pid.killHard(owner);
            Eventually.soon("the runner is gone", () -> Pid.ended(owner));
            Eventually.soon("its handle is lost", () -> {
                try {
                    handle.collect().close();
                    return false;
                } catch (FrameLost lost) {
                    return true;
                }
            });
            assertThrows(FrameLost.class, mapped::collect);
            try (var allocator = new RootAllocator();
                    VectorSchemaRoot root = here.toArrow(allocator)) {
                BigIntVector numbers = (BigIntVector) root.getVector("n");
                for (int row = 0; row < ROWS; row++) {
                    assertEquals(row, numbers.get(row));
                }
                assertEquals(
                        "word 299998",
                        root.getVector("word").getObject(ROWS - 2).toString());
            }
            assertFalse(Segments.leftOf(inodes).isEmpty(), "one is mapped here");
            List.of(mapped, handle, here).forEach(Frame::close);
        }
        Eventually.soon("no segment is left in the system", () -> {
            System.gc();
            return Segments.leftOf(inodes).isEmpty();
        });
    }
}
