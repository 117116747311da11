package dev.kiln.runner.wire;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;

/** A carrier that takes a random number of bytes each time, often few, sometimes none. */
final class TrickleCarrier implements Carrier {
    private final RandomGenerator random;
    private final int most;
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();

    TrickleCarrier(RandomGenerator random, int most) {
        this.random = random;
        this.most = most;
    }

    byte[] taken() {
        return taken.toByteArray();
    }

    @Override
    public boolean write(ByteBuffer[] buffers) {
        int room = random.nextInt(4) == 0 ? 0 : random.nextInt(1, random.nextBoolean() ? most : 20);
        boolean all = true;
        for (ByteBuffer buffer : buffers) {
            byte[] part = new byte[Math.min(room, buffer.remaining())];
            buffer.get(part);
            taken.writeBytes(part);
            room -= part.length;
            all &= !buffer.hasRemaining();
        }
        return all && room > 0;
    }

    @Override
    public void close() {}
}
