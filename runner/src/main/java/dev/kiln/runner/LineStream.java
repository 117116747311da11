package dev.kiln.runner;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** Cuts bytes of UTF-8 into lines; one that is longer than 16 000 bytes is given out in pieces. Any thread. */
final class LineStream extends OutputStream {
    static final int LONGEST_LINE = 16_000;
    private static final int FIRST_SIZE = 128;

    private final Consumer<String> lines;
    private final PrintStream printer = new PrintStream(this, false, StandardCharsets.UTF_8);
    // No monitor: whoever takes the lines may block, and a closure may run on a virtual thread.
    private final ReentrantLock lock = new ReentrantLock();
    private byte[] line = new byte[FIRST_SIZE]; // guarded by lock, as is its length
    private int length;

    LineStream(Consumer<String> lines) {
        this.lines = lines;
    }

    /** Writes here; in one piece what is printed in one call. */
    PrintStream printer() {
        return printer;
    }

    @Override
    public void write(int oneByte) {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) {
        lock.lock();
        try {
            for (int i = from; i < from + count; i++) {
                if (bytes[i] == '\n') {
                    end();
                } else {
                    add(bytes[i]);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void add(byte next) {
        boolean begins = (next & 0xC0) != 0x80; // a character is not cut in two, if the bytes are characters at all
        if ((length >= LONGEST_LINE && begins) || length >= LONGEST_LINE + 3) {
            give();
        }
        if (length == line.length) {
            line = Arrays.copyOf(line, Math.min(2 * length, LONGEST_LINE + 3));
        }
        line[length++] = next;
    }

    private void end() {
        if (length > 0 && line[length - 1] == '\r') {
            length--;
        }
        give();
    }

    private void give() {
        String text = new String(line, 0, length, StandardCharsets.UTF_8);
        length = 0;
        lines.accept(text);
    }

    /** Gives out what is left without an end of line. */
    void finish() {
        lock.lock();
        try {
            if (length > 0) {
                end();
            }
        } finally {
            lock.unlock();
        }
    }
}
