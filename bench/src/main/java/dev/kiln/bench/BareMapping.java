package dev.kiln.bench;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file in memory that is mapped anew each time: what any program pays that gets its data so. One thread. */
final class BareMapping implements AutoCloseable {
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final int BATCH = 1 << 17;

    private final FileChannel memory;
    private final int rows;

    private BareMapping(FileChannel memory, int rows) {
        this.memory = memory;
        this.rows = rows;
    }

    /** The columns of {@link Columns}, one behind the other. */
    static BareMapping of(long bytes) throws IOException {
        int rows = Columns.rows(bytes);
        Path file = Files.createTempFile(MEMORY, "kiln-bench-", "");
        FileChannel memory = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Files.delete(file); // it lasts as long as the channel, and nothing is left of it if this process is killed
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment part = arena.allocate(ValueLayout.JAVA_LONG, BATCH);
            for (int column = 0; column < 2; column++) {
                for (int from = 0; from < rows; from += BATCH) {
                    int count = Math.min(BATCH, rows - from);
                    for (int i = 0; i < count; i++) {
                        long bits = column == 0 ? Double.doubleToLongBits((from + i) / 2.0) : from + i;
                        part.setAtIndex(ValueLayout.JAVA_LONG, i, bits);
                    }
                    var buffer = part.asSlice(0, (long) count * Long.BYTES).asByteBuffer();
                    while (buffer.hasRemaining()) {
                        memory.write(buffer);
                    }
                }
            }
        }
        return new BareMapping(memory, rows);
    }

    /** Maps it, adds up the first rows of both columns, as many as a frame of so many bytes has, and unmaps it. */
    void sum(long bytes) throws IOException {
        var sum = new Sum();
        try (Arena arena = Arena.ofConfined()) {
            long address = memory.map(MapMode.PRIVATE, 0, memory.size(), arena).address();
            sum.add(address, address + (long) rows * Long.BYTES, Columns.rows(bytes));
        }
        sum.check(bytes);
    }

    @Override
    public void close() throws IOException {
        memory.close();
    }
}
