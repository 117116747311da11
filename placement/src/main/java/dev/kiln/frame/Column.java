package dev.kiln.frame;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;

/**
 * Some rows of one column: buffers of exactly the size that the rows need, and nested columns. Immutable; holds one
 * reference to each of its buffers until {@link #release}. Any thread.
 *
 * <p>Validity bits are always there when there are rows: Arrow would otherwise allocate and fill them each time the column
 * is opened. Offsets need not begin at zero (see {@link #compact}); without rows every buffer may be empty.
 */
final class Column {

    /** The null count has not been counted. */
    static final int UNKNOWN = -1;

    private final Shape shape;
    private final int rows;
    private final int nulls;
    private final List<ArrowBuf> buffers;
    private final List<Column> children;

    /**
     * Takes over one reference to each buffer and child.
     *
     * @param nulls how many rows are null, or {@link #UNKNOWN}
     */
    Column(Shape shape, int rows, int nulls, List<ArrowBuf> buffers, List<Column> children) {
        this.shape = shape;
        this.rows = rows;
        this.nulls = nulls;
        this.buffers = List.copyOf(buffers);
        this.children = List.copyOf(children);
    }

    Shape shape() {
        return shape;
    }

    int rows() {
        return rows;
    }

    List<ArrowBuf> buffers() {
        return buffers;
    }

    List<Column> children() {
        return children;
    }

    ArrowBuf buffer(int index) {
        return buffers.get(index);
    }

    Column child() {
        return children.getFirst();
    }

    /** How many rows are null. Counted each time where it is not known. */
    int nulls() {
        if (nulls != UNKNOWN || rows == 0) {
            return Math.max(0, nulls);
        }
        return shape.layout().hasValidity() ? Bits.unset(buffer(0), rows) : rows;
    }

    /** The null count as far as it is known for any part of the rows. */
    int nullsOf(int part) {
        if (nulls == 0 || part == 0) {
            return 0;
        }
        return nulls == rows ? part : UNKNOWN;
    }

    /** Offset {@code index} of a column with offsets, 0 to {@code rows}; 0 if the column has no rows. */
    long offset(int index) {
        ArrowBuf offsets = buffer(1);
        if (offsets.capacity() == 0) {
            return 0;
        }
        return shape.width() == 4 ? offsets.getInt(4L * index) : offsets.getLong(8L * index);
    }

    /** How many bytes these rows use, without what buffers have before and after them. */
    long bytes() {
        return bytes(0, rows);
    }

    /** How many bytes some of the rows use. */
    long bytes(int from, int count) {
        if (count == 0) {
            return 0;
        }
        long own = shape.layout().hasValidity() ? Bits.bytes(count) : 0;
        return own
                + switch (shape.layout()) {
                    case NOTHING -> 0;
                    case BITS -> Bits.bytes(count);
                    case FIXED -> (long) shape.width() * count;
                    case BINARY -> (long) shape.width() * (count + 1L) + offset(from + count) - offset(from);
                    case VIEW -> (long) Shape.VIEW_BYTES * count + ViewColumns.bytes(this, from, count);
                    case LIST -> {
                        int first = (int) offset(from);
                        yield (long) shape.width() * (count + 1L)
                                + child().bytes(first, (int) offset(from + count) - first);
                    }
                    case STRUCT -> childBytes(from, count);
                    case FIXED_LIST -> child().bytes(from * shape.width(), count * shape.width());
                };
    }

    private long childBytes(int from, int count) {
        return children.stream().mapToLong(child -> child.bytes(from, count)).sum();
    }

    /** How many references there are to its buffers, those of others included: of use only to see whether they change. */
    long references() {
        long count = 0;
        for (ArrowBuf buffer : buffers) {
            count += buffer.getReferenceManager().getRefCount();
        }
        for (Column child : children) {
            count += child.references();
        }
        return count;
    }

    Column retain() {
        buffers.forEach(buffer -> buffer.getReferenceManager().retain());
        children.forEach(Column::retain);
        return this;
    }

    void release() {
        buffers.forEach(buffer -> buffer.getReferenceManager().release());
        children.forEach(Column::release);
    }

    /**
     * Rows {@code [from, from + count)} over the same memory, with references of their own. Nothing is copied where
     * {@code from} is a multiple of 8; else bitmaps are.
     */
    Column slice(int from, int count) {
        if (from == 0 && count == rows) {
            return retain();
        }
        List<ArrowBuf> parts = new ArrayList<>(buffers.size());
        if (shape.layout().hasValidity()) {
            parts.add(bits(0, from, count));
        }
        List<Column> childParts =
                switch (shape.layout()) {
                    case NOTHING -> List.of();
                    case BITS -> {
                        parts.add(bits(1, from, count));
                        yield List.of();
                    }
                    case FIXED -> {
                        parts.add(fixed(1, shape.width(), from, count));
                        yield List.of();
                    }
                    case BINARY -> {
                        parts.add(fixed(1, shape.width(), from, count == 0 ? 0 : count + 1));
                        parts.add(whole(2));
                        yield List.of();
                    }
                    case VIEW -> {
                        parts.add(fixed(1, Shape.VIEW_BYTES, from, count));
                        for (int i = 2; i < buffers.size(); i++) {
                            parts.add(whole(i));
                        }
                        yield List.of();
                    }
                    case LIST -> {
                        parts.add(fixed(1, shape.width(), from, count == 0 ? 0 : count + 1));
                        yield List.of(child().retain());
                    }
                    case STRUCT -> childSlices(from, count);
                    case FIXED_LIST -> List.of(child().slice(from * shape.width(), count * shape.width()));
                };
        return new Column(shape, count, nullsOf(count), parts, childParts);
    }

    private ArrowBuf bits(int index, int from, int count) {
        return count == 0 ? Memory.allocator().getEmpty() : Bits.slice(buffer(index), from, count);
    }

    private ArrowBuf fixed(int index, int width, int from, int count) {
        ArrowBuf part = count == 0
                ? Memory.allocator().getEmpty()
                : buffer(index).slice((long) width * from, (long) width * count);
        part.getReferenceManager().retain();
        return part;
    }

    private ArrowBuf whole(int index) {
        buffer(index).getReferenceManager().retain();
        return buffer(index);
    }

    private List<Column> childSlices(int from, int count) {
        return children.stream().map(child -> child.slice(from, count)).toList();
    }

    /**
     * The same rows with references of their own, without what the buffers hold for other rows: offsets from zero and data
     * cut to what they name. Only offsets are copied, and only where they do not begin at zero.
     */
    Column compact() {
        return switch (shape.layout()) {
            case NOTHING, FIXED, BITS -> retain();
            case BINARY -> {
                long first = offset(0);
                yield new Column(
                        shape,
                        rows,
                        nulls,
                        List.of(whole(0), offsetsFromZero(), range(buffer(2), first, offset(rows) - first)),
                        List.of());
            }
            case LIST -> {
                int first = (int) offset(0);
                Column elements = child().slice(first, (int) offset(rows) - first);
                Column compact = elements.compact();
                elements.release();
                yield new Column(shape, rows, nulls, List.of(whole(0), offsetsFromZero()), List.of(compact));
            }
            case VIEW -> ViewColumns.compact(this);
            case STRUCT, FIXED_LIST -> {
                buffers.forEach(buffer -> buffer.getReferenceManager().retain());
                yield new Column(
                        shape,
                        rows,
                        nulls,
                        buffers,
                        children.stream().map(Column::compact).toList());
            }
        };
    }

    private static ArrowBuf range(ArrowBuf buffer, long from, long length) {
        ArrowBuf part = buffer.slice(from, length);
        part.getReferenceManager().retain();
        return part;
    }

    private ArrowBuf offsetsFromZero() {
        long first = offset(0);
        if (first == 0) {
            return whole(1);
        }
        ArrowBuf rebased = Memory.buffer((rows + 1L) * shape.width());
        for (int i = 0; i <= rows; i++) {
            if (shape.width() == 4) {
                rebased.setInt(4L * i, (int) (offset(i) - first));
            } else {
                rebased.setLong(8L * i, offset(i) - first);
            }
        }
        return rebased;
    }

    /** Makes an empty vector of this column's type show these rows, without a copy; the vector takes its own references. */
    void loadInto(FieldVector vector) {
        vector.loadFieldBuffers(new ArrowFieldNode(rows, Math.max(0, nulls)), buffers);
        List<FieldVector> vectors = vector.getChildrenFromFields();
        for (int i = 0; i < children.size(); i++) {
            children.get(i).loadInto(vectors.get(i));
        }
    }
}
