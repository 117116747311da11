package dev.kiln.frame;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Bytes that grow at the end. One thread. */
final class ByteBuilder extends OutputStream {

    /** What a Java array can hold on every JVM, less a mebibyte for what a message says beside it. */
    static final int MAX_LENGTH = Integer.MAX_VALUE - 1024 * 1024;

    private byte[] bytes = new byte[512];
    private int length;

    int length() {
        return length;
    }

    /** Forgets everything from {@code newLength} on. */
    void truncate(int newLength) {
        length = newLength;
    }

    /** The bytes so far, big-endian, from 0 to {@link #length()}; valid until the next write. */
    ByteBuffer view() {
        return ByteBuffer.wrap(bytes, 0, length);
    }

    byte[] toByteArray() {
        return Arrays.copyOf(bytes, length);
    }

    @Override
    public void write(int value) {
        makeRoom(1);
        bytes[length++] = (byte) value;
    }

    @Override
    public void write(byte[] source, int offset, int count) {
        makeRoom(count);
        System.arraycopy(source, offset, bytes, length, count);
        length += count;
    }

    private void makeRoom(int count) {
        if (count <= bytes.length - length) {
            return;
        }
        if (count > MAX_LENGTH - length) {
            throw new Refusal("it is larger than 2 GiB, as no message may be: send large data as a frame, or in parts");
        }
        bytes = Arrays.copyOf(bytes, (int) Math.min(MAX_LENGTH, Math.max((long) length + count, 2L * bytes.length)));
    }
}
