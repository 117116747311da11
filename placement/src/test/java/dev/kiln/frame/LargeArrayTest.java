package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.gc.ProcessRef;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NothingLeft.class)
class LargeArrayTest {

    private static final int LARGE = 3_000_001;

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    /** What comes of a value that one party of a hub returns to the other. */
    private static Object crossed(boolean sharedMemory, Object value, int mostInMessage) {
        SpaceOptions options = SpaceOptions.defaults().withSharedMemory(sharedMemory);
        try (Hub hub = new Hub(options)) {
            FrameSpace runner = hub.runner("r1", options);
            ProcessRef caller = hub.caller().self();
            Object crossed;
            try (Parcel result = runner.packResult(value, caller)) {
                assertTrue(
                        result.bytes().length <= mostInMessage, result.bytes().length + " bytes in the message itself");
                crossed = Objects.requireNonNull(hub.caller().unpack(result.bytes(), runner.self()));
            }
            hub.settle();
            assertEquals(0, runner.residentCount(), "what was shared for the way");
            return crossed;
        }
    }

    @Test
    @DisplayName("C-13: large arrays of numbers in a result cross through shared memory, each once, as the same array")
    void everyKind() {
        byte[] bytes = bytes(LARGE);
        long[] longs = new Random(2).longs(400_000).toArray();
        double[] doubles = new Random(3).doubles(400_000).toArray();
        int[] ints = new Random(4).ints(500_000).toArray();
        float[] floats = new float[500_000];
        short[] shorts = new short[700_000];
        floats[499_999] = 1.5f;
        shorts[699_999] = -7;
        List<?> crossed = (List<?>) crossed(true, List.of(bytes, longs, bytes, doubles, ints, floats, shorts), 50_000);
        assertArrayEquals(bytes, (byte[]) crossed.get(0));
        assertArrayEquals(longs, (long[]) crossed.get(1));
        assertSame(crossed.get(0), crossed.get(2));
        assertArrayEquals(doubles, (double[]) crossed.get(3));
        assertArrayEquals(ints, (int[]) crossed.get(4));
        assertArrayEquals(floats, (float[]) crossed.get(5));
        assertArrayEquals(shorts, (short[]) crossed.get(6));
    }

    @Test
    @DisplayName("C-13: without shared memory, and for small ones, they are in the message")
    void inTheMessage() {
        byte[] bytes = bytes(LARGE);
        assertArrayEquals(bytes, (byte[]) crossed(false, bytes, LARGE + 10_000));
        byte[] small = bytes(1000);
        assertArrayEquals(small, (byte[]) crossed(true, small, 2000));
    }

    @Test
    @DisplayName("C-13: a large array in work crosses so, too, and is freed with the work's parcel")
    void inWork() {
        byte[] bytes = bytes(LARGE);
        SpaceOptions options = SpaceOptions.defaults().withSharedMemory(true);
        try (Hub hub = new Hub(options)) {
            FrameSpace runner = hub.runner("r1", options);
            try (Parcel work = hub.caller().packWork(bytes)) {
                assertTrue(work.bytes().length < 10_000);
                for (int attempt = 0; attempt < 2; attempt++) {
                    Object read = runner.unpack(work.bytes(), hub.caller().self());
                    assertArrayEquals(bytes, (byte[]) Objects.requireNonNull(read));
                }
            }
            assertEquals(0, NothingLeft.added().segments());
        }
    }

    @Test
    @DisplayName("C-13: a byte buffer crosses as what is left to read in it, large or small, and stays as it was")
    void buffers() {
        byte[] bytes = bytes(LARGE);
        ByteBuffer direct = ByteBuffer.allocateDirect(LARGE).put(bytes).flip();
        direct.position(5).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer crossed = (ByteBuffer) crossed(true, direct, 10_000);
        assertEquals(direct, crossed);
        assertEquals(ByteOrder.LITTLE_ENDIAN, crossed.order());
        assertEquals(5, direct.position());
        ByteBuffer view = ByteBuffer.wrap(bytes, 1, 10).asReadOnlyBuffer();
        ByteBuffer small = (ByteBuffer) crossed(true, view, 2000);
        assertEquals(view, small);
        assertTrue(small.isReadOnly());
    }
}
