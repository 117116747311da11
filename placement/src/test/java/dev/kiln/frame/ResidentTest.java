package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Values that stay where they are. */
@SuppressWarnings("serial")
class ResidentTest {

    private final Hub hub = new Hub();
    private final FrameSpace n2 = hub.runner("n2");
    private final FrameSpace n3 = hub.runner("n3");

    /** What closures keep on their runner, as in a static field of the user's. */
    private static final List<Object> KEPT = new ArrayList<>();

    @AfterEach
    void forget() {
        Frame.closeAll(KEPT);
        KEPT.clear();
        hub.close();
    }

    /** Cannot cross: it is not serializable. */
    static class Model {
        final String name;

        Model(String name) {
            this.name = name;
        }
    }

    /** Cannot cross either, and wants to be closed. */
    static final class Index implements AutoCloseable {
        final CountDownLatch mayClose;
        final CountDownLatch closed = new CountDownLatch(1);

        Index(boolean atOnce) {
            mayClose = new CountDownLatch(atOnce ? 0 : 1);
        }

        @Override
        public void close() {
            try {
                mayClose.await();
                closed.countDown();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        boolean isClosed() {
            return closed.getCount() == 0;
        }

        void awaitClosed() throws InterruptedException {
            assertTrue(closed.await(30, TimeUnit.SECONDS), "closed");
        }
    }

    private static <T> Resident<T> keep(Resident<T> resident) {
        KEPT.add(resident);
        return resident;
    }

    /** Closes what the test's runners have kept, as the collector there would. */
    private static void drop() {
        Frame.closeAll(KEPT);
        KEPT.clear();
    }

    @Test
    @DisplayName("F-12: a value that cannot cross stays on its runner, nested anywhere, and is the local object there")
    void staysNested() {
        Map<String, List<Optional<Resident<Model>>>> nested =
                hub.call(n2, () -> Map.of("a", List.of(Optional.of(keep(Resident.of(new Model("big")))))));
        Resident<Model> model = nested.get("a").getFirst().orElseThrow();
        assertTrue(model.isRemote());
        assertEquals("n2", model.owner());
        assertTrue(model.id().startsWith("n2/"), model.id());
        assertEquals("Resident " + model.id() + " (" + Model.class.getName() + ")", model.toString());
        assertEquals(1, n2.residentCount());
        hub.call(n2, () -> {
            assertSame(((Resident<?>) KEPT.getFirst()).get(), keep(model).get());
            assertFalse(model.isRemote());
            return null;
        });
        assertEquals(0, hub.asked());
    }

    @Test
    @DisplayName("F-12: get() elsewhere says where the value lives and what to write")
    void isOnlyHadWhereItLives() {
        Resident<Model> model = hub.call(n2, () -> keep(Resident.of(new Model("big"))));
        assertElsewhere(assertThrows(IllegalStateException.class, model::get));
        hub.call(n3, () -> {
            assertElsewhere(
                    assertThrows(IllegalStateException.class, () -> keep(model).get()));
            return null;
        });
    }

    private static void assertElsewhere(IllegalStateException refused) {
        assertTrue(refused.getMessage().contains("lives on n2, not here"), refused::getMessage);
        assertTrue(refused.getMessage().contains("pool.near(resident).call("), refused::getMessage);
        assertTrue(refused.getMessage().contains(Model.class.getName()), refused::getMessage);
    }

    @Test
    @DisplayName("F-12, G-01: it lives while any process holds it, is passed on, and comes home as itself")
    void isPassedOn() {
        Resident<Model> model = hub.call(n2, () -> keep(Resident.of(new Model("big"))));
        Resident<Model> again = hub.call(n3, () -> keep(model));
        hub.settle();
        model.close();
        hub.settle();
        assertEquals(1, n2.residentCount(), "n3 holds it, and so does this process by another handle");
        assertEquals("big", hub.call(n2, () -> again.get().name));
        again.close();
        drop();
        hub.settle();
        assertEquals(0, n2.residentCount());
    }

    @Test
    @DisplayName("F-12, G-02: closeAll lets go of residents and frames in one structure; use after it is refused")
    void closesAll() {
        Map<String, Object> mixed = hub.call(
                n2,
                () -> Map.of("model", keep(Resident.of(new Model("m"))), "frame", Frame.columns(Map.of("x", new int[] {1
                }))));
        hub.settle();
        assertEquals(2, n2.residentCount());
        Frame.closeAll(mixed);
        Frame.closeAll(mixed);
        Resident<?> model = (Resident<?>) mixed.get("model");
        assertTrue(assertThrows(IllegalStateException.class, model::get)
                .getMessage()
                .contains("closed"));
        assertTrue(model.toString().endsWith("(closed)"));
        drop();
        hub.settle();
        assertEquals(0, n2.residentCount());
    }

    @Test
    @DisplayName("F-12: a value that can be closed is closed when its last holder is gone, and counts until then")
    void closesTheValue() throws InterruptedException {
        Resident<Index> handle = hub.call(n2, () -> keep(Resident.of(new Index(false))));
        Index index = (Index) ((Resident<?>) KEPT.getFirst()).get();
        hub.settle();
        drop(); // the runner's own handle, of which only the remote holder is left
        assertEquals(0, n2.leftCount());
        handle.close();
        hub.settle();
        assertEquals(1, n2.residentCount(), "its close() runs");
        assertFalse(index.isClosed());
        index.mayClose.countDown();
        index.awaitClosed();
        awaitNone(n2);
    }

    private static void awaitNone(FrameSpace space) {
        long end = System.nanoTime() + 30_000_000_000L;
        while (space.residentCount() > 0 && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertEquals(0, space.residentCount());
    }

    @Test
    @DisplayName("F-12: what only garbage of its own process keeps is told, and placed again it is held again")
    void isLeftBehind() throws InterruptedException {
        Resident<Index> handle = hub.call(n2, () -> keep(Resident.of(new Index(true))));
        Resident<?> own = (Resident<?>) KEPT.getFirst();
        Index index = (Index) own.get();
        hub.settle();
        handle.close();
        hub.settle();
        assertEquals(0, n2.residentCount());
        assertEquals(1, n2.leftCount());
        Resident<?> again = hub.call(n2, () -> (Resident<?>) KEPT.getFirst());
        hub.settle();
        assertEquals(1, n2.residentCount());
        assertEquals(0, n2.leftCount());
        again.close();
        hub.settle();
        own.close();
        index.awaitClosed();
        awaitNone(n2);
        assertEquals(0, n2.leftCount());
    }

    @Test
    @DisplayName("F-12: a runner that ends in order closes what was held there, whoever still refers to it")
    void closesValuesAtTheEnd() {
        Resident<Index> held = hub.call(n2, () -> keep(Resident.of(new Index(true))));
        Resident<Index> left = hub.call(n2, () -> keep(Resident.of(new Index(true))));
        hub.settle();
        left.close();
        hub.settle();
        n2.close();
        for (Object kept : KEPT) {
            assertTrue(((Index) ((Resident<?>) kept).get()).isClosed());
        }
        held.close();
    }

    @Test
    @DisplayName("F-12: a close() that throws harms nobody")
    void survivesFailingCloses() {
        record Bad(String word) implements AutoCloseable {
            @Override
            public void close() {
                throw new AssertionError(word);
            }
        }
        Resident<Bad> handle = hub.call(n2, () -> keep(Resident.of(new Bad("on purpose"))));
        drop();
        handle.close();
        hub.settle();
        awaitNone(n2);
    }

    @Test
    @DisplayName("F-12, F-10: when its runner dies a resident is FrameLost with the cause, get() included")
    void isLost() {
        Resident<Model> model = hub.call(n2, () -> keep(Resident.of(new Model("big"))));
        hub.kill(n2);
        FrameLost lost = assertThrows(FrameLost.class, model::get);
        assertTrue(
                lost.getMessage().contains("was killed") && lost.getMessage().contains("resident"), lost::getMessage);
        assertInstanceOf(Hub.Unreachable.class, lost.getCause());
        assertThrows(FrameLost.class, () -> hub.caller().packWork(List.of(model)));
    }

    @Test
    @DisplayName("G-05, F-12: the residents of a holder that is silent for too long are let go of")
    void endsWithTheLease() {
        Resident<Model> model = hub.call(n2, () -> keep(Resident.of(new Model("big"))));
        hub.settle();
        drop();
        hub.sleep(21);
        n2.tick();
        assertEquals(0, n2.residentCount());
        assertEquals("n2", model.owner());
    }

    @Test
    @DisplayName("F-12, F-02: a captured resident of the sender goes along by value, once, and stays where it arrives")
    void goesAlong() {
        Resident<List<String>> local = Resident.of(new ArrayList<>(List.of("a")));
        assertEquals("local", local.owner());
        assertFalse(local.isRemote());
        List<Resident<List<String>>> twice = List.of(local, local);
        Resident<List<String>> there = hub.call(n2, () -> {
            assertSame(twice.get(0), twice.get(1));
            local.get().add("b");
            return keep(local);
        });
        assertEquals(List.of("a"), local.get());
        assertEquals("n2", there.owner());
        assertEquals(List.of("a", "b"), hub.call(n2, () -> List.copyOf(there.get())));
        assertNotEquals(local.id(), there.id());
    }

    @Test
    @DisplayName("F-12, C-03: a resident whose value cannot go along is refused with the path and the way out")
    void refusesToGoAlong() {
        Resident<Model> local = Resident.of(new Model("big"));
        NotTransferable refused =
                assertThrows(NotTransferable.class, () -> hub.caller().packWork(Map.of("model", local)));
        assertEquals("map value for key \"model\"", refused.path());
        assertTrue(
                refused.getMessage().contains("a " + Model.class.getName() + " is not Serializable"),
                refused::getMessage);
        assertTrue(refused.getMessage().contains("pool.call(() -> Resident.of("), refused::getMessage);
        Resident<List<Object>> deeper = Resident.of(new ArrayList<>(List.of(new Model("big"))));
        assertEquals(
                "map value for key \"model\".value[0]",
                assertThrows(NotTransferable.class, () -> hub.caller().packWork(Map.of("model", deeper)))
                        .path());
        local.close();
        assertTrue(assertThrows(NotTransferable.class, () -> hub.caller().packWork(List.of(local)))
                .getMessage()
                .contains("this resident is closed"));
    }

    @Test
    @DisplayName("F-12, C-03: something else that cannot cross is named, though a resident in the result could stay")
    void namesTheCulprit() {
        NotTransferable refused = assertThrows(
                NotTransferable.class,
                () -> hub.call(n2, () -> List.of(keep(Resident.of(new Model("stays"))), new Model("does not"))));
        assertEquals("[1]", refused.path());
        assertEquals(0, n2.residentCount());
    }

    @Test
    @DisplayName("F-12: what another pool cannot reach, and what nobody may be needed for, is refused")
    void refusesWhatCannotBeReached() {
        Hub other = new Hub();
        Resident<Model> theirs = other.call(other.runner("m1"), () -> keep(Resident.of(new Model("big"))));
        NotTransferable refused =
                assertThrows(NotTransferable.class, () -> hub.caller().packWork(List.of(theirs)));
        assertTrue(refused.getMessage().contains("cannot be reached from another pool"), refused::getMessage);
        Resident<Model> ours = hub.call(n2, () -> keep(Resident.of(new Model("big"))));
        refused = assertThrows(NotTransferable.class, () -> hub.caller().packWhole(List.of(ours)));
        assertTrue(refused.getMessage().contains("cannot be kept elsewhere"), refused::getMessage);
        other.close();
    }

    @Test
    @DisplayName("F-12, P-20: the owner of a captured resident weighs more than that of any frame")
    void weighs() {
        Resident<Model> model = hub.call(n2, () -> keep(Resident.of(new Model("big"))));
        Frame frame = hub.call(n3, () -> Frame.columns(Map.of("x", new long[100_000])));
        try (Parcel parcel = hub.caller().packWork(List.of(model, frame))) {
            Map<?, Long> bytes = parcel.bytesByOwner();
            assertEquals(frame.byteSize(), bytes.get(n3.self()));
            assertTrue(bytes.get(n2.self()) > 1L << 40, bytes::toString);
        }
    }

    @Test
    @DisplayName("C-04, F-12: residents inside an exception arrive closed")
    void closesThoseOfExceptions() {
        Hub.Work<Object> failing = ResidentTest::failing;
        WithModel failure = assertThrows(WithModel.class, () -> hub.call(n2, failing));
        assertThrows(IllegalStateException.class, failure.resident::get);
        assertEquals(0, n2.residentCount());
    }

    static final class WithModel extends RuntimeException {
        final Resident<Model> resident = keep(Resident.of(new Model("big")));
    }

    private static Object failing() {
        throw new WithModel();
    }

    @Test
    @DisplayName("F-11, F-12: with placement off a result's resident comes by value, if it can")
    void comesByValue() {
        Hub byValue = new Hub();
        FrameSpace runner = byValue.runner("v1", new SpaceOptions(false, true, java.time.Duration.ofSeconds(20)));
        Resident<List<String>> here = byValue.call(runner, () -> Resident.of(List.of("a")));
        assertFalse(here.isRemote());
        assertEquals(List.of("a"), here.get());
        assertThrows(NotTransferable.class, () -> byValue.call(runner, () -> Resident.of(new Model("big"))));
        byValue.close();
    }

    @Test
    @DisplayName("C-03: a resident serialized outside a call is refused with advice")
    void refusesOtherSerializers() throws Exception {
        Resident<Model> remote = hub.call(n2, () -> keep(Resident.of(new Model("big"))));
        for (Resident<?> each : List.of(remote, Resident.of("local"))) {
            try (var out = new ObjectOutputStream(new ByteArrayOutputStream())) {
                var refused = assertThrows(NotSerializableException.class, () -> out.writeObject(List.of(each)));
                assertTrue(refused.getMessage().contains("only inside a Kiln call"), refused::getMessage);
            }
        }
    }

    @Test
    @DisplayName("F-12: an unreachable handle is let go of by the collector")
    void collectsGarbage() {
        hub.call(n2, () -> List.of(Resident.of(new Model("garbage"))));
        hub.settle();
        long end = System.nanoTime() + 30_000_000_000L;
        while (n2.residentCount() > 0 && System.nanoTime() < end) {
            System.gc();
            hub.settle();
        }
        assertEquals(0, n2.residentCount());
    }
}
