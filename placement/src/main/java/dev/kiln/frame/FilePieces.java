package dev.kiln.frame;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows of batches from the file that they are a mapping of: the mapping says where they are, and is hardly touched. One
 * thread.
 */
final class FilePieces implements AutoCloseable {

    /** Bits begin at multiples of this. */
    private static final int BITS = 8;

    private static final long MAX_READ = 1L << 30;

    private final Backing backing;
    private final FileChannel channel;
    private Scratch scratch = new Scratch();

    /** Closes the channel in the end. */
    private FilePieces(Backing backing, FileChannel channel) {
        this.backing = backing;
        this.channel = channel;
    }

    /** Null if the file cannot be opened any more, or if its pages are so large that mapping them costs next to nothing. */
    static @Nullable FilePieces open(Backing backing) {
        if (HugePages.given() && backing.file().path().isEmpty()) {
            return null;
        }
        FileChannel file = SegmentMapping.file(backing.file());
        return file == null ? null : new FilePieces(backing, file);
    }

    /** Whether columns of such shapes can be read in pieces: not views, which may name any byte of their buffers. */
    static boolean canRead(List<Shape> shapes) {
        return shapes.stream().allMatch(shape -> shape.layout() != Shape.Layout.VIEW && canRead(shape.children()));
    }

    /**
     * Rows {@code [from, from + count)} of a batch in memory that is used again once their last reference is gone.
     *
     * @param from a multiple of 8
     */
    Batch read(Batch batch, int from, int count) throws IOException {
        if (!scratch.reset()) {
            scratch.release();
            scratch = new Scratch();
        }
        List<Column> columns = new ArrayList<>();
        try {
            for (Column column : batch.columns()) {
                columns.add(column(column, from, count));
            }
            return new Batch(count, columns);
        } catch (IOException | RuntimeException | Error e) {
            columns.forEach(Column::release);
            throw e;
        }
    }

    private Column column(Column of, int from, int count) throws IOException {
        if (count == 0) {
            return of.slice(from, 0);
        }
        List<ArrowBuf> buffers = new ArrayList<>();
        List<Column> children = new ArrayList<>();
        try {
            read(of, from, count, buffers, children);
            return new Column(of.shape(), count, of.nullsOf(count), buffers, children);
        } catch (IOException | RuntimeException | Error e) {
            buffers.forEach(buffer -> buffer.getReferenceManager().release());
            children.forEach(Column::release);
            throw e;
        }
    }

    private void read(Column of, int from, int count, List<ArrowBuf> buffers, List<Column> children)
            throws IOException {
        Shape shape = of.shape();
        int width = shape.width();
        if (shape.layout().hasValidity()) {
            buffers.add(bits(of.buffer(0), from, count));
        }
        switch (shape.layout()) {
            case NOTHING -> {}
            case BITS -> buffers.add(bits(of.buffer(1), from, count));
            case FIXED ->
                buffers.add(part(of.buffer(1), (long) width * from, (long) width * count)
                        .buffer());
            case BINARY -> {
                Scratch.Part offsets = part(of.buffer(1), (long) width * from, width * (count + 1L));
                buffers.add(offsets.buffer());
                long first = of.offset(from);
                lower(offsets.memory(), width, first);
                buffers.add(part(of.buffer(2), first, of.offset(from + count) - first)
                        .buffer());
            }
            case LIST -> {
                Scratch.Part offsets = part(of.buffer(1), (long) width * from, width * (count + 1L));
                buffers.add(offsets.buffer());
                int first = (int) of.offset(from) & -BITS;
                lower(offsets.memory(), width, first);
                children.add(column(of.child(), first, (int) of.offset(from + count) - first));
            }
            case STRUCT -> {
                for (Column child : of.children()) {
                    children.add(column(child, from, count));
                }
            }
            case FIXED_LIST -> children.add(column(of.child(), from * width, count * width));
            case VIEW -> throw new IllegalArgumentException("views are not read in pieces: column " + shape.path());
        }
    }

    private ArrowBuf bits(ArrowBuf bits, int from, int count) throws IOException {
        return part(bits, from / BITS, Bits.bytes(count)).buffer();
    }

    private Scratch.Part part(ArrowBuf of, long from, long length) throws IOException {
        Scratch.Part part = scratch.take(length);
        try {
            long offset = backing.offset(of.memoryAddress() + from, length);
            if (offset < 0) {
                part.buffer().setBytes(0, of, from, length); // made here: bits where no row is null
            } else {
                fill(part.memory(), offset);
            }
            return part;
        } catch (IOException | RuntimeException | Error e) {
            part.buffer().getReferenceManager().release();
            throw e;
        }
    }

    private void fill(MemorySegment memory, long offset) throws IOException {
        long done = 0;
        while (done < memory.byteSize()) {
            ByteBuffer rest = memory.asSlice(done, Math.min(MAX_READ, memory.byteSize() - done))
                    .asByteBuffer();
            int read = channel.read(rest, offset + done);
            if (read < 0) {
                throw new EOFException("the file became shorter");
            }
            done += read;
        }
    }

    private static void lower(MemorySegment offsets, int width, long by) {
        if (by == 0) {
            return;
        }
        ByteBuffer bytes = offsets.asByteBuffer().order(ByteOrder.nativeOrder());
        for (int at = 0; at < bytes.limit(); at += width) {
            if (width == Integer.BYTES) {
                bytes.putInt(at, bytes.getInt(at) - (int) by);
            } else {
                bytes.putLong(at, bytes.getLong(at) - by);
            }
        }
    }

    @Override
    public void close() {
        scratch.release();
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("a file that was only read could not be closed", e);
        }
    }
}
