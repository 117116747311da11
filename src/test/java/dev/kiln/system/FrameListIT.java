package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.frame.FrameInfo;
import dev.kiln.pool.Backends;
import dev.kiln.pool.Call;
import dev.kiln.pool.Pool;
import dev.kiln.pool.PoolBuilder;
import dev.kiln.pool.PoolListener;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a pool tells of the frames on its runners. */
@ExtendWith(LeavesNothing.class)
class FrameListIT {

    /** What a runner holds. */
    private static Frame kept;

    @TempDir
    Path folder;

    private static Frame made(int rows) {
        return Frame.columns(Map.of("n", new int[rows]));
    }

    private static PoolBuilder pool(String name, boolean inProcess) {
        PoolBuilder builder = Pool.named(name).traceFrames(true);
        return inProcess ? builder.backend(Backends.inProcess()) : builder;
    }

    /** One frame on each of so many runners. */
    private List<Frame> spread(Pool pool, int runners) {
        Gate gate = Gate.in(folder);
        List<Call<Frame>> calls = IntStream.range(0, runners)
                .mapToObj(i -> pool.submit(() -> {
                    gate.pass("spread-" + i);
                    return made(i + 1);
                }))
                .toList();
        IntStream.range(0, runners).forEach(i -> gate.awaitBegun("spread-" + i));
        gate.open();
        return calls.stream().map(Call::join).toList();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("G-10: frames are listed with owner, holders by name, size, age and the line that made them")
    void listed(boolean inProcess) {
        try (Pool pool = pool("listed", inProcess).max(1).open()) {
            Frame frame = pool.call(() -> made(1_000));
            Frame lazy = frame.mutate("m = n + 1");
            Frame larger = lazy.compute();
            FrameInfo first = one(pool, 1);
            assertEquals("listed-1", first.owner());
            assertEquals(frame.schema(), first.schema());
            assertEquals(1_000, first.rows());
            assertEquals(frame.byteSize(), first.bytes());
            assertEquals(first.bytes(), first.privateBytes() + first.sharedBytes());
            assertEquals(List.of("listed-caller"), first.holders());
            assertTrue(first.age().isPositive());
            assertTrue(line(first).startsWith("dev.kiln.system.FrameListIT.made(FrameListIT.java:"), line(first));
            assertTrue(line(one(pool, 2)).startsWith("dev.kiln.system.FrameListIT.listed("), "by the asking code");

            Frame put = pool.put(frame.collect());
            assertTrue(
                    pool.frames().stream().allMatch(info -> info.createdAt().isPresent()),
                    () -> "also of what was sent: " + pool.frames());
            frame.close();
            lazy.close();
            larger.close();
            put.close();
            assertEquals(List.of(), pool.frames(), "what was closed before is not listed");
        }
    }

    /** The only frame with so many columns. */
    private static FrameInfo one(Pool pool, int columns) {
        List<FrameInfo> all = pool.frames().stream()
                .filter(frame -> frame.schema().getFields().size() == columns)
                .toList();
        assertEquals(1, all.size(), all::toString);
        return all.getFirst();
    }

    private static String line(FrameInfo frame) {
        return frame.createdAt().orElse("nowhere");
    }

    @Test
    @DisplayName("G-10, G-01: a frame that another runner holds is listed with that runner's name")
    void heldByRunners() {
        try (Pool pool = Pool.named("between").min(2).max(2).maxConcurrency(1).open()) {
            List<Frame> frames = spread(pool, 2);
            Frame mine = frames.getFirst();
            String owner = mine.owner();
            String other = frames.getLast().owner();
            pool.near(frames.getLast()).call(() -> {
                kept = mine;
                return null;
            });
            Eventually.soon("both hold it", () -> holders(pool, owner).equals(Set.of("between-caller", other)));
            mine.close();
            Eventually.soon("one holds it", () -> holders(pool, owner).equals(Set.of(other)));
            assertEquals(Optional.empty(), pool.frames().getFirst().createdAt(), "nobody asked where it was made");
            frames.getLast().close();
        }
    }

    private static Set<String> holders(Pool pool, String owner) {
        return pool.frames().stream()
                .filter(frame -> frame.owner().equals(owner))
                .flatMap(frame -> frame.holders().stream())
                .collect(Collectors.toSet());
    }

    @Test
    @DisplayName("G-10: a runner that hangs, or is killed, is left out of the list, and the others are in it")
    void inTheMiddle() {
        try (Pool pool = Pool.named("middle").min(3).max(3).maxConcurrency(1).open()) {
            List<Frame> frames = spread(pool, 3);
            assertEquals(3, pool.frames().size());
            long hangs = pool.near(frames.getFirst()).call(Pid::here);
            long dies = pool.near(frames.get(1)).call(Pid::here);
            String hung = frames.getFirst().owner();
            String lives = frames.getLast().owner();
            Pid.freeze(hangs);
            try {
                Eventually.soon("it stands still", () -> Pid.frozen(hangs));
                Pid.killHard(dies);
                Set<String> owners = owners(pool); // the dying one may have answered before
                assertTrue(owners.contains(lives) && !owners.contains(hung), owners::toString);
                Eventually.soon("its death is known", () -> owners(pool).equals(Set.of(lives)));
            } finally {
                Pid.thaw(hangs);
            }
            Eventually.soon("it is back", () -> owners(pool).equals(Set.of(lives, hung)));
            assertEquals(1, pool.stats().losses());
            Frame.closeAll(frames);
        }
    }

    private static Set<String> owners(Pool pool) {
        return pool.frames().stream().map(FrameInfo::owner).collect(Collectors.toSet());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("G-10: frames that were never released are named when their pool is closed, and closed ones are not")
    void forgotten(boolean inProcess) {
        var told = new CompletableFuture<List<FrameInfo>>();
        Pool pool = pool("forgetful", inProcess)
                .max(1)
                .listener(new PoolListener() {
                    @Override
                    public void onFramesLeaked(String name, List<FrameInfo> frames) {
                        told.complete(frames);
                    }
                })
                .open();
        Frame small = pool.call(() -> made(10));
        Frame large = pool.call(() -> made(1_000));
        Frame closed = pool.call(() -> made(100));
        closed.close();
        Frame step = pool.call(() -> made(200));
        assertEquals(200, step.filter("n >= 0").select("n").rowCount());
        step.close(); // not so the frames of its chain, which hold it, and which nobody can reach
        pool.close();
        List<FrameInfo> leaked = told.join();
        assertEquals(List.of(1_000L, 10L), leaked.stream().map(FrameInfo::rows).toList(), "the largest first");
        assertTrue(line(leaked.getFirst()).contains("FrameListIT.made("), leaked::toString);
        large.close();
        small.close();
    }
}
