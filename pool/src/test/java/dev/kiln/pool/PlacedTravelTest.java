package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.NotTransferable;
import dev.kiln.runner.Runner;
import dev.kiln.runner.RunnerContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Placed objects that closures capture. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PlacedTravelTest {
    private static final AtomicInteger POOLS = new AtomicInteger();

    private static volatile CountDownLatch began = new CountDownLatch(1);
    private static volatile CountDownLatch goOn = new CountDownLatch(1);
    private static volatile CountDownLatch closed = new CountDownLatch(1);

    /** A runner has room for one object and no more, so that closures run elsewhere. */
    private final KillableRunners runners = new KillableRunners();

    private final Pool pool = open(3, 1, runners);

    private static Pool open(int max, int slots, dev.kiln.pool.spi.Backend backend) {
        return Pool.named("travel" + POOLS.incrementAndGet())
                .max(max)
                .maxConcurrency(slots)
                .backend(backend)
                .open();
    }

    @BeforeEach
    void start() {
        began = new CountDownLatch(1);
        goOn = new CountDownLatch(1);
        closed = new CountDownLatch(1);
    }

    @AfterEach
    void stop() {
        goOn.countDown();
        pool.close();
    }

    interface Shelf {
        int put(int book);

        List<Integer> books();

        void replace(List<Integer> other);

        String where();

        int waits() throws InterruptedException;

        void fails() throws IOException;

        int putInto(Shelf other, int book);

        @Nullable
        Shelf same(@Nullable Shelf other);
    }

    static final class MyShelf implements Shelf, AutoCloseable {
        private List<Integer> books = new ArrayList<>();

        @Override
        public int put(int book) {
            books.add(book);
            return books.size();
        }

        @Override
        public List<Integer> books() {
            return books;
        }

        @Override
        public void replace(List<Integer> other) {
            books = other;
        }

        @Override
        public String where() {
            return here();
        }

        @Override
        public int waits() throws InterruptedException {
            began.countDown();
            goOn.await();
            return put(0);
        }

        @Override
        public void fails() throws IOException {
            throw new IOException("it is full");
        }

        @Override
        public int putInto(Shelf other, int book) {
            return other.put(book);
        }

        @Override
        public @Nullable Shelf same(@Nullable Shelf other) {
            return other;
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }

    private static String here() {
        return Runner.current().map(RunnerContext::id).orElse("nowhere");
    }

    @Test
    @DisplayName("C-03, O-01: a captured object is the same object on another runner, as handle and as proxy")
    void aCapturedObjectIsTheSameObject() {
        try (Placed<Shelf> placed = pool.place(Shelf.class, MyShelf::new)) {
            Shelf proxy = placed.get();
            assertEquals(1, proxy.put(7));
            List<String> places = pool.call(() -> {
                placed.get().put(8);
                proxy.put(9);
                return List.of(
                        here(),
                        proxy.where(),
                        placed.toString(),
                        placed.runner().orElse("elsewhere"));
            });
            assertEquals(List.of(7, 8, 9), proxy.books());
            assertEquals(
                    List.of(
                            pool.name() + "-2",
                            pool.name() + "-1",
                            "object 1 (Shelf) of pool " + pool.name(),
                            "elsewhere"),
                    places);
            CallFailed failed = assertThrows(
                    CallFailed.class,
                    () -> pool.call(() -> {
                        proxy.fails();
                        return 1;
                    }));
            assertEquals("java.io.IOException: it is full", String.valueOf(failed.getCause()));
        }
    }

    @Test
    @DisplayName("C-03: on its own runner a captured object is called there, in its turn, with copies")
    void onItsOwnRunnerItIsCalledThere() throws Exception {
        try (Pool single = open(1, 4, Backends.inProcess());
                Placed<Shelf> placed = single.place(Shelf.class, MyShelf::new)) {
            Shelf proxy = placed.get();
            assertEquals(List.of(1, 2), single.call(() -> {
                List<Integer> mine = new ArrayList<>(List.of(1, 2));
                proxy.replace(mine);
                mine.add(3);
                proxy.books().add(4);
                return proxy.books();
            }));
            String here = single.name() + "-1";
            assertEquals(
                    List.of(here, here),
                    single.call(() -> List.of(placed.runner().orElseThrow(), proxy.where())));
            Call<Integer> first = single.submit(proxy::waits);
            began.await();
            Call<Integer> second = single.submit(() -> proxy.put(5));
            goOn.countDown();
            assertEquals(3, first.join());
            assertEquals(4, second.join());
            CallFailed failed = assertThrows(
                    CallFailed.class,
                    () -> single.call(() -> {
                        proxy.fails();
                        return 1;
                    }));
            assertEquals("java.io.IOException: it is full", String.valueOf(failed.getCause()));
        }
    }

    @Test
    @DisplayName("C-03: an object travels to another object's method, and home again as the very same")
    void anObjectTravelsAndComesHome() {
        try (Placed<Shelf> one = pool.place(Shelf.class, MyShelf::new);
                Placed<Shelf> other = pool.place(Shelf.class, MyShelf::new)) {
            assertEquals(1, one.get().putInto(other.get(), 3));
            assertEquals(List.of(3), other.get().books());
            assertSame(other.get(), one.get().same(other.get()));
            Placed<Shelf> back = pool.call(() -> one);
            assertSame(one.get(), back.get());
            back.close();
            assertEquals(Optional.empty(), one.runner());
        }
    }

    @Test
    @DisplayName("C-03: on a runner an object cannot be closed, and a closed one cannot be used")
    void onARunnerAnObjectIsNotKept() {
        Placed<Shelf> placed = pool.place(Shelf.class, MyShelf::new);
        CallFailed closing = assertThrows(
                CallFailed.class,
                () -> pool.call(() -> {
                    placed.close();
                    return 1;
                }));
        assertTrue(closing.getMessage().contains("close what is placed where it was opened"), closing.getMessage());
        placed.close();
        CallFailed late = assertThrows(
                CallFailed.class, () -> pool.call(() -> placed.get().put(1)));
        assertTrue(late.getCause() instanceof IllegalStateException, late.getMessage());
    }

    @Test
    @DisplayName("C-03: an object of another pool is refused, naming the path to it")
    void anObjectOfAnotherPoolIsRefused() {
        try (Pool other = open(1, 1, Backends.inProcess());
                Placed<Shelf> placed = other.place(Shelf.class, MyShelf::new)) {
            NotTransferable refused = assertThrows(
                    NotTransferable.class, () -> pool.call(() -> placed.get().put(1)));
            assertEquals("captured argument 1", refused.path());
            assertTrue(refused.getMessage().contains("(Shelf) of pool " + other.name()), refused.getMessage());
        }
    }

    @Test
    @DisplayName("C-03, O-02: a call that captured an object keeps it until it is over")
    void aCallKeepsWhatItCaptured() throws Exception {
        Call<Integer> call = capturing();
        began.await();
        for (int i = 0; i < 10; i++) {
            System.gc();
        }
        assertEquals(1, closed.getCount());
        goOn.countDown();
        assertEquals(1, call.join());
        while (closed.getCount() > 0) {
            System.gc();
            LockSupport.parkNanos(1_000_000); // the test's own limit of time ends it
        }
    }

    @Test
    @DisplayName("C-03, O-02: an object whose factory captured another one keeps that")
    void anObjectKeepsWhatItsFactoryCaptured() throws Exception {
        Placed<Shelf> front = fronting();
        for (int i = 0; i < 10; i++) {
            System.gc();
        }
        assertEquals(1, closed.getCount());
        assertEquals(1, front.get().put(1));
        front.close();
    }

    private Placed<Shelf> fronting() {
        Shelf behind = pool.place(Shelf.class, MyShelf::new).get();
        return pool.place(Shelf.class, () -> (Shelf) java.lang.reflect.Proxy.newProxyInstance(
                Shelf.class.getClassLoader(),
                new Class<?>[] {Shelf.class},
                (proxy, method, arguments) -> method.invoke(behind, arguments)));
    }

    private Call<Integer> capturing() {
        Shelf proxy = pool.place(Shelf.class, MyShelf::new).get();
        return pool.submit(() -> {
            began.countDown();
            goOn.await();
            return proxy.put(1);
        });
    }

    @Test
    @DisplayName("O-03: work on a runner that calls an object while it is made again waits for that")
    void workOnARunnerWaitsForARestart() throws Exception {
        try (Placed<Shelf> placed = pool.restarts(1)
                .checkpoint(MyShelf::books)
                .restore(books -> {
                    var shelf = new MyShelf();
                    shelf.replace(books);
                    return shelf;
                })
                .place(Shelf.class, MyShelf::new)) {
            Shelf proxy = placed.get();
            proxy.put(1);
            placed.checkpoint();
            Call<Integer> call = pool.submit(() -> {
                began.countDown();
                goOn.await();
                return proxy.put(2);
            });
            began.await();
            Optional<String> before = placed.runner();
            runners.kill(before.orElseThrow());
            while (placed.runner().equals(before)) {
                LockSupport.parkNanos(1_000_000); // the test's own limit of time ends it
            }
            goOn.countDown();
            assertEquals(2, call.join());
        }
    }
}
