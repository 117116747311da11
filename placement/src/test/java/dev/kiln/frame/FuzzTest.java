package dev.kiln.frame;

import static dev.kiln.frame.Cells.column;
import static dev.kiln.frame.Cells.frame;
import static dev.kiln.frame.Cells.list;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.KilnException;
import java.io.ByteArrayOutputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@SuppressWarnings("serial")
class FuzzTest {

    private static final int INPUTS = 100_000;

    private final Hub hub = new Hub();
    private final FrameSpace n2 = hub.runner("n2");
    private final FrameSpace n3 = hub.runner("n3");
    private final FrameSpace caller = hub.caller();
    private final List<Frame> alive = new ArrayList<>();

    @AfterEach
    void close() {
        Frame.closeAll(alive);
        hub.close();
    }

    @AfterAll
    static void collectGarbage() {
        Hub.collectGarbage();
    }

    record Pair(Object left, Object right) {}

    interface Work extends Callable<Object>, Serializable {}

    private Frame live(Frame frame) {
        alive.add(frame);
        return frame;
    }

    /** Of every kind of message one, as n2 would send it to the caller. */
    private List<byte[]> valid() {
        Frame foreign = live(hub.call(n3, () -> frame("x", list(1, 2))));
        Frame thirdParty = (Frame) hub.unpack(caller.packWork(foreign).bytes(), caller, n2);
        live(thirdParty);
        Frame local = live(frame("x", list(1, 2, 3), "s", list("a", null, "c")));
        Frame large =
                live(Frame.columns(Map.of("x", LongStream.range(0, 200_000).toArray())));
        String text = "captured";
        Work work = () -> text + local.rowCount();
        Map<String, Object> map =
                new HashMap<>(Map.of("k", new ArrayList<>(List.of(1, "two", 3.0)), "l", Map.of(1, 2)));
        List<Object> values = List.of(
                List.of(),
                map,
                new TreeMap<>(map),
                new HashSet<>(map.keySet()),
                Optional.of("x"),
                new Pair(new int[] {1, 2, 3}, new Pair("a", List.of(new Pair(1, 2L)))),
                new long[100],
                work,
                new IllegalStateException("message", new RuntimeException("cause")),
                List.of(local, thirdParty, Map.of("k", local)),
                local.filter("x > 1"));
        List<byte[]> parcels = new ArrayList<>();
        for (Object value : values) {
            parcels.add(n2.packWork(value).bytes());
        }
        parcels.add(n2.pack(new Pair(large, 1), Packing.Way.VALUE, 1000, caller.self())
                .bytes());
        parcels.add(n2.packResult(new Pair(local, thirdParty), caller.self()).bytes());
        parcels.add(n2.packFailure(new IllegalStateException("x", new Exception()), caller.self())
                .bytes());
        return parcels;
    }

    private byte[] mutated(List<byte[]> valid, Random random) {
        if (random.nextInt(10) == 0) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            return noise;
        }
        byte[] bytes = valid.get(random.nextInt(valid.size())).clone();
        int bodyLength = ByteBuffer.wrap(bytes).getInt(12);
        boolean sealed = random.nextInt(5) > 0;
        int from = sealed ? ParcelHeader.LENGTH : 0;
        if (bytes.length - from < 2) {
            return bytes;
        }
        switch (random.nextInt(4)) {
            case 0 -> {
                for (int i = random.nextInt(8); i >= 0; i--) {
                    bytes[from + random.nextInt(bytes.length - from)] = (byte) random.nextInt();
                }
            }
            case 1 -> {
                for (int i = random.nextInt(3); i >= 0; i--) {
                    bytes[from + random.nextInt(bytes.length - from)] ^= (byte) (1 << random.nextInt(8));
                }
            }
            case 2 -> bytes = Arrays.copyOf(bytes, from + random.nextInt(bytes.length - from));
            default -> {
                int target = from + random.nextInt(bytes.length - from);
                int source = from + random.nextInt(bytes.length - from);
                int count = random.nextInt(Math.min(50, bytes.length - Math.max(source, target)));
                System.arraycopy(bytes, source, bytes, target, count);
            }
        }
        if (sealed) {
            ParcelHeader.seal(bytes, ParcelHeader.JAVA, random.nextInt(3), Math.min(bodyLength, bytes.length - from));
        }
        return bytes;
    }

    @Test
    @DisplayName("W-04: 100,000 damaged messages change nothing: no frame, no hold, bounded time and memory")
    void readsNoise() {
        List<byte[]> valid = valid();
        Frame witness = live(hub.call(n2, () -> frame("x", list(7))));
        hub.settle();
        Hub.collectGarbage();
        long residents = caller.residentCount() + n2.residentCount();
        long handles = caller.heldElsewhere();
        long tables = Memory.usage().privateTables();
        Random random = new Random(20_261_121);
        int read = 0;
        long longest = 0;
        for (int i = 0; i < INPUTS; i++) {
            byte[] bytes = mutated(valid, random);
            long start = System.nanoTime();
            try {
                drop(caller.unpack(bytes, n2.self()));
                read++;
            } catch (KilnException e) {
                assertTrue(e.getMessage().length() > 10, e::toString);
            }
            longest = Math.max(longest, System.nanoTime() - start);
        }
        assertTrue(read > 0 && read < INPUTS / 2, read + " could be read");
        assertTrue(longest < Duration.ofSeconds(5).toNanos(), longest + " ns");
        Hub.collectGarbage();
        assertEquals(residents, caller.residentCount() + n2.residentCount());
        assertEquals(handles, caller.heldElsewhere());
        assertTrue(Memory.usage().privateTables() <= tables, () -> Memory.usage() + ", were " + tables);
        assertEquals(list(7), column(witness, "x"));
    }

    /** What was read is an object of some class, but not necessarily one that its class can work with. */
    private static void drop(@Nullable Object value) {
        try {
            Frame.closeAll(value);
        } catch (RuntimeException e) {
            return; // then its frames are the collector's
        }
    }

    @Test
    @DisplayName("W-04: damaged frame requests are answered with a failure and change nothing")
    void servesNoise() {
        Frame handle = live(hub.call(n2, () -> frame("x", list(7))));
        List<byte[]> valid = List.of(
                caller.packWork(new FrameRequest.Collect(handle)).bytes(),
                caller.packWork(new FrameRequest.Compute(handle, "")).bytes(),
                caller.packWork(new FrameRequest.Pull(1, 0, 0, 1)).bytes());
        hub.settle();
        long residents = n2.residentCount();
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            byte[] answer = n2.serve(mutated(valid, random), caller.self());
            caller.refuse(answer, n2.self());
            if (i % 100 == 0) {
                hub.settle();
            }
        }
        hub.settle();
        assertEquals(residents, n2.residentCount());
    }

    private byte[] parcel(Object value) {
        return n2.packWork(value).bytes();
    }

    @Test
    @DisplayName("W-04: a message may not ask for more memory than its own length accounts for")
    void boundsArrays() {
        byte[] bytes = parcel(new int[] {1, 2, 3});
        ByteBuffer parcel = ByteBuffer.wrap(bytes);
        for (int i = ParcelHeader.LENGTH; i < bytes.length - 4; i++) {
            if (parcel.getInt(i) == 3) {
                parcel.putInt(i, 1 << 30);
            }
        }
        ParcelHeader.seal(bytes, ParcelHeader.JAVA, 0, bytes.length - ParcelHeader.LENGTH);
        NotTransferable refused = assertThrows(NotTransferable.class, () -> caller.unpack(bytes, n2.self()));
        assertTrue(refused.getMessage().contains("its length does not account for"), refused::getMessage);
    }

    @Test
    @DisplayName("W-04: depth, number of objects and length are limited")
    void boundsTheRest() {
        Object nested = "end";
        for (int i = 0; i < 100; i++) {
            nested = new ArrayList<>(List.of(nested));
        }
        byte[] bytes = parcel(nested);
        assertRefused(bytes, new ParcelLimits(50, 1000, 10_000), "objects nest deeper than 50");
        assertRefused(bytes, new ParcelLimits(1000, 50, 10_000), "more than 50 objects");
        assertRefused(bytes, new ParcelLimits(1000, 1000, 50), "more than the limit of 50");
        strict(new ParcelLimits(1000, 1000, 10_000)).unpack(bytes, n2.self());
    }

    private void assertRefused(byte[] bytes, ParcelLimits limits, String reason) {
        NotTransferable refused =
                assertThrows(NotTransferable.class, () -> strict(limits).unpack(bytes, n2.self()));
        assertTrue(refused.getMessage().contains(reason), refused::getMessage);
    }

    private FrameSpace strict(ParcelLimits limits) {
        return hub.runner("strict", SpaceOptions.defaults().withLimits(limits));
    }

    @Test
    @DisplayName("W-04: classes known from attacks are not even loaded")
    void deniesGadgets() {
        byte[] bytes = parcel(new RuntimeException("java.rmi.dgc.VMID"));
        for (String name : List.of(
                "java.rmi.server.ObjID", "org.apache.commons.collections.functors.InvokerTransformer",
                "com.sun.org.apache.xalan.internal.xsltc.trax.TemplatesImpl", "sun.rmi.server.UnicastRef")) {
            assertThrows(Refusal.class, () -> ParcelFilter.check(name));
        }
        byte[] vmid = parcel(new java.rmi.dgc.VMID());
        NotTransferable refused = assertThrows(NotTransferable.class, () -> caller.unpack(vmid, n2.self()));
        assertTrue(refused.getMessage().contains("java.rmi.dgc.VMID is never read"), refused::getMessage);
        assertTrue(caller.unpack(bytes, n2.self()) instanceof RuntimeException);
    }

    @Test
    @DisplayName("W-04: a plain Java stream is no message, nor is one of another version")
    void knowsItsOwn() throws Exception {
        var plain = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(plain)) {
            out.writeObject("text");
        }
        assertThrows(NotTransferable.class, () -> caller.unpack(plain.toByteArray(), n2.self()));
        byte[] next = parcel("text");
        next[2]++;
        NotTransferable refused = assertThrows(NotTransferable.class, () -> caller.unpack(next, n2.self()));
        assertTrue(refused.getMessage().contains("run the same Kiln version"), refused::getMessage);
        caller.refuse(plain.toByteArray(), n2.self());
        caller.refuse(new byte[0], n2.self());
    }
}
