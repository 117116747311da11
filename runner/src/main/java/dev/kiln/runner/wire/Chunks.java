package dev.kiln.runner.wire;

import dev.kiln.frame.spi.Reply;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The bytes of one message as they came, to be read once, and given back. Not thread-safe. */
final class Chunks extends InputStream {
    private final Bodies bodies;
    private final List<byte[]> arrays = new ArrayList<>();
    private long bytes;
    private long taken;
    private int current;
    private int at; // in the current array
    private boolean lent;

    /** @param bodies where its arrays are given back to */
    Chunks(Bodies bodies) {
        this.bodies = bodies;
    }

    void add(byte[] chunk) {
        arrays.add(chunk);
        bytes += chunk.length;
    }

    /** How many there are, those that were read included. */
    long bytes() {
        return bytes;
    }

    /** All that is left, not copied. It is read then; its pieces are given back with the reply. */
    Reply rest() {
        List<ByteBuffer> pieces = new ArrayList<>();
        for (; current < arrays.size(); current++) {
            byte[] array = arrays.get(current);
            pieces.add(ByteBuffer.wrap(array, at, array.length - at));
            at = 0;
        }
        taken = bytes;
        lent = true;
        return new Reply(pieces, this::giveBack);
    }

    /** The message has been read: what it lay in may be filled anew, unless somebody has the {@link #rest} of it. */
    void release() {
        if (!lent) {
            giveBack();
        }
    }

    private void giveBack() {
        arrays.forEach(bodies::giveBack);
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] to, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, to.length);
        if (length == 0) {
            return 0;
        }
        int done = 0;
        while (done < length && current < arrays.size()) {
            byte[] array = arrays.get(current);
            int part = Math.min(length - done, array.length - at);
            System.arraycopy(array, at, to, offset + done, part);
            done += part;
            at += part;
            if (at == array.length) {
                current++;
                at = 0;
            }
        }
        taken += done;
        return done == 0 ? -1 : done;
    }

    /** All that is left. A message is not longer than an array. */
    @Override
    public int available() {
        return Math.toIntExact(bytes - taken);
    }
}
