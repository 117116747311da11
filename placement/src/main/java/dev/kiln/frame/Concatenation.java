package dev.kiln.frame;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;

/** Copies columns one after the other into one. Also the way to copy a single one. */
final class Concatenation {

    private final BufferAllocator allocator;
    private final List<ArrowBuf> made = new ArrayList<>();

    private Concatenation(BufferAllocator allocator) {
        this.allocator = allocator;
    }

    /**
     * A new column in memory of {@code allocator}, compact.
     *
     * @param parts at least one, all of one shape
     * @throws IllegalArgumentException if one column cannot hold so much
     */
    static Column of(List<Column> parts, BufferAllocator allocator) {
        Concatenation run = new Concatenation(allocator);
        try {
            return run.concatenated(parts);
        } catch (RuntimeException | Error e) {
            run.made.forEach(buffer -> buffer.getReferenceManager().release());
            throw e;
        }
    }

    private Column concatenated(List<Column> parts) {
        Shape shape = parts.getFirst().shape();
        int rows = rows(parts);
        int nulls = nulls(parts);
        return switch (shape.layout()) {
            case NOTHING -> new Column(shape, rows, nulls, List.of(), List.of());
            case BITS -> new Column(shape, rows, nulls, List.of(bits(parts, 0, rows), bits(parts, 1, rows)), List.of());
            case FIXED ->
                new Column(
                        shape,
                        rows,
                        nulls,
                        List.of(bits(parts, 0, rows), values(parts, 1, rows, shape.width())),
                        List.of());
            case BINARY ->
                new Column(
                        shape,
                        rows,
                        nulls,
                        List.of(bits(parts, 0, rows), offsets(parts, rows), bytes(parts)),
                        List.of());
            case VIEW -> new Column(shape, rows, nulls, views(parts, rows), List.of());
            case LIST ->
                new Column(
                        shape,
                        rows,
                        nulls,
                        List.of(bits(parts, 0, rows), offsets(parts, rows)),
                        List.of(elements(parts)));
            case STRUCT, FIXED_LIST -> new Column(shape, rows, nulls, List.of(bits(parts, 0, rows)), children(parts));
        };
    }

    private static int rows(List<Column> parts) {
        long rows = sum(parts, Column::rows);
        if (rows > Integer.MAX_VALUE) {
            throw tooMuch(parts, rows + " values");
        }
        return (int) rows;
    }

    private static int nulls(List<Column> parts) {
        return (int) sum(parts, Column::nulls);
    }

    private static long sum(List<Column> parts, ToLongFunction<Column> of) {
        return parts.stream().mapToLong(of).sum();
    }

    private static IllegalArgumentException tooMuch(List<Column> parts, String what) {
        return new IllegalArgumentException(
                "column " + parts.getFirst().shape().path() + " has " + what
                        + ", more than one Arrow vector holds: take fewer rows (head, slice, filter), or cast it to a large type");
    }

    private ArrowBuf buffer(long bytes) {
        ArrowBuf buffer = allocator.buffer(bytes).capacity(bytes);
        made.add(buffer);
        return buffer;
    }

    private ArrowBuf bits(List<Column> parts, int index, int rows) {
        ArrowBuf all = buffer(Bits.bytes(rows));
        all.setZero(0, all.capacity());
        long at = 0;
        for (Column part : parts) {
            if (part.rows() > 0) {
                Bits.copy(part.buffer(index), 0, all, at, part.rows());
                at += part.rows();
            }
        }
        return all;
    }

    private ArrowBuf values(List<Column> parts, int index, int rows, int width) {
        ArrowBuf all = buffer((long) rows * width);
        long at = 0;
        for (Column part : parts) {
            long length = (long) part.rows() * width;
            all.setBytes(at, part.buffer(index), 0, length);
            at += length;
        }
        return all;
    }

    private ArrowBuf offsets(List<Column> parts, int rows) {
        int width = parts.getFirst().shape().width();
        long end = sum(parts, part -> part.offset(part.rows()) - part.offset(0));
        if (width == 4 && end > Integer.MAX_VALUE) {
            throw tooMuch(parts, end + " bytes or elements");
        }
        ArrowBuf all = buffer(rows == 0 ? 0 : (rows + 1L) * width);
        long at = 0;
        long base = 0;
        for (Column part : parts) {
            long shift = base - part.offset(0);
            for (int row = 0; row <= part.rows() && part.rows() > 0; row++) {
                if (width == 4) {
                    all.setInt(4 * (at + row), (int) (part.offset(row) + shift));
                } else {
                    all.setLong(8 * (at + row), part.offset(row) + shift);
                }
            }
            at += part.rows();
            base += part.offset(part.rows()) - part.offset(0);
        }
        return all;
    }

    private ArrowBuf bytes(List<Column> parts) {
        ArrowBuf all = buffer(sum(parts, part -> part.offset(part.rows()) - part.offset(0)));
        long at = 0;
        for (Column part : parts) {
            long length = part.offset(part.rows()) - part.offset(0);
            all.setBytes(at, part.buffer(2), part.offset(0), length);
            at += length;
        }
        return all;
    }

    private List<ArrowBuf> views(List<Column> parts, int rows) {
        List<ArrowBuf> buffers = new ArrayList<>();
        buffers.add(bits(parts, 0, rows));
        ArrowBuf views = buffer((long) Shape.VIEW_BYTES * rows);
        buffers.add(views);
        int at = 0;
        for (Column part : parts) {
            Column compact = part.compact();
            try {
                ViewColumns.append(compact, views, at, buffers.size() - 2);
                for (ArrowBuf data :
                        compact.buffers().subList(2, compact.buffers().size())) {
                    ArrowBuf copy = buffer(data.capacity());
                    copy.setBytes(0, data, 0, data.capacity());
                    buffers.add(copy);
                }
            } finally {
                compact.release();
            }
            at += part.rows();
        }
        return buffers;
    }

    private Column elements(List<Column> parts) {
        List<Column> elements = new ArrayList<>(parts.size());
        try {
            for (Column part : parts) {
                int first = (int) part.offset(0);
                elements.add(part.child().slice(first, (int) part.offset(part.rows()) - first));
            }
            return concatenated(elements);
        } finally {
            elements.forEach(Column::release);
        }
    }

    private List<Column> children(List<Column> parts) {
        List<Column> children = new ArrayList<>();
        for (int i = 0; i < parts.getFirst().children().size(); i++) {
            int child = i;
            children.add(concatenated(
                    parts.stream().map(part -> part.children().get(child)).toList()));
        }
        return children;
    }
}
