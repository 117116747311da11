package dev.kiln.runner.wire;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.util.random.RandomGenerator;

/** A channel that takes a random number of bytes each time, often few, sometimes none. */
final class TrickleChannel implements GatheringByteChannel {
    private final RandomGenerator random;
    private final int most;
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();

    TrickleChannel(RandomGenerator random, int most) {
        this.random = random;
        this.most = most;
    }

    byte[] taken() {
        return taken.toByteArray();
    }

    @Override
    public long write(ByteBuffer[] buffers, int offset, int length) {
        int room = random.nextInt(4) == 0 ? 0 : random.nextInt(1, random.nextBoolean() ? most : 20);
        int written = 0;
        for (int i = offset; i < offset + length; i++) {
            byte[] part = new byte[Math.min(room - written, buffers[i].remaining())];
            buffers[i].get(part);
            taken.writeBytes(part);
            written += part.length;
        }
        return written;
    }

    @Override
    public long write(ByteBuffer[] buffers) {
        return write(buffers, 0, buffers.length);
    }

    @Override
    public int write(ByteBuffer buffer) {
        return (int) write(new ByteBuffer[] {buffer}, 0, 1);
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
