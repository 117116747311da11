package dev.kiln.frame;

import dev.kiln.frame.Unloading.Part;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;
import org.apache.arrow.memory.ArrowBuf;

/**
 * Where the buffers of a batch lie in a body of bytes: what the Arrow format calls a record batch, without the bytes. Columns
 * come depth first.
 *
 * @param rows the number of rows of the batch
 * @param nodes one per column and nested column
 * @param regions one per buffer
 * @param dataBuffers for each column of views, how many data buffers it has
 */
record BatchLayout(int rows, List<Node> nodes, List<Region> regions, List<Integer> dataBuffers) {

    /**
     * @param rows the number of rows of a column
     * @param nulls how many of them are null
     */
    record Node(int rows, int nulls) {}

    /**
     * @param offset bytes from the beginning of the body
     * @param length in bytes
     */
    record Region(long offset, long length) {}

    BatchLayout {
        nodes = List.copyOf(nodes);
        regions = List.copyOf(regions);
        dataBuffers = List.copyOf(dataBuffers);
    }

    /**
     * The layout of columns whose buffers are put into a body one after the other.
     *
     * @param withValidity whether validity bits are put in also where no row is null; a reader would have to make them
     * @param place puts a buffer into the body and says where
     */
    static BatchLayout of(int rows, List<Column> columns, boolean withValidity, Function<ArrowBuf, Region> place) {
        List<Node> nodes = new ArrayList<>();
        List<Region> regions = new ArrayList<>();
        List<Integer> dataBuffers = new ArrayList<>();
        columns.forEach(column -> add(column, withValidity, place, nodes, regions, dataBuffers));
        return new BatchLayout(rows, nodes, regions, dataBuffers);
    }

    /** The same in a body that begins so many bytes earlier. */
    BatchLayout movedBy(long bytes) {
        return new BatchLayout(
                rows,
                nodes,
                regions.stream()
                        .map(region -> new Region(region.offset() + bytes, region.length()))
                        .toList(),
                dataBuffers);
    }

    private static void add(
            Column column,
            boolean withValidity,
            Function<ArrowBuf, Region> place,
            List<Node> nodes,
            List<Region> regions,
            List<Integer> dataBuffers) {
        Shape.Layout layout = column.shape().layout();
        int nulls = column.nulls();
        nodes.add(new Node(column.rows(), nulls));
        for (int i = 0; i < column.buffers().size(); i++) {
            boolean needless = i == 0 && layout.hasValidity() && nulls == 0 && !withValidity;
            regions.add(place.apply(needless ? Memory.allocator().getEmpty() : column.buffer(i)));
        }
        if (layout == Shape.Layout.VIEW) {
            dataBuffers.add(column.buffers().size() - layout.buffers());
        }
        column.children().forEach(child -> add(child, withValidity, place, nodes, regions, dataBuffers));
    }

    /**
     * The columns over a body, which every region is checked against; nothing is copied, except that validity bits that were
     * left out are made. The columns have references of their own.
     *
     * @throws IllegalArgumentException if the layout does not fit the shapes or the body
     */
    List<Column> columns(List<Shape> shapes, ArrowBuf body) {
        Reading reading = new Reading(body, nodes.iterator(), regions.iterator(), dataBuffers.iterator());
        List<Column> columns = new ArrayList<>(shapes.size());
        try {
            for (Shape shape : shapes) {
                Column column = reading.column(shape);
                columns.add(column);
                if (column.rows() != rows) {
                    throw new IllegalArgumentException("column " + shape.path() + " has " + column.rows()
                            + " values in a batch of " + rows + " rows");
                }
            }
            reading.checkEnd();
            return columns;
        } catch (NoSuchElementException e) {
            columns.forEach(Column::release);
            throw new IllegalArgumentException("the batch has fewer columns or buffers than its schema needs", e);
        } catch (RuntimeException | Error e) {
            columns.forEach(Column::release);
            throw e;
        }
    }

    private record Reading(
            ArrowBuf body, Iterator<Node> nodes, Iterator<Region> regions, Iterator<Integer> dataBuffers) {

        Column column(Shape shape) {
            Node node = nodes.next();
            int count = shape.layout().buffers();
            if (shape.layout() == Shape.Layout.VIEW) {
                count += dataBuffers.next();
            }
            List<Part> parts = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                parts.add(part(regions.next()));
            }
            return Trimming.column(
                    shape,
                    node.rows(),
                    node.nulls(),
                    parts,
                    child -> column(shape.children().get(child)));
        }

        private Part part(Region region) {
            if (region.offset() < 0 || region.length() < 0 || region.length() > body.capacity() - region.offset()) {
                throw new IllegalArgumentException("a buffer of " + region.length() + " bytes at " + region.offset()
                        + " lies outside of its body of " + body.capacity() + " bytes");
            }
            return new Part(body.slice(region.offset(), region.length()), region.length());
        }

        void checkEnd() {
            if (nodes.hasNext() || regions.hasNext() || dataBuffers.hasNext()) {
                throw new IllegalArgumentException("the batch has more columns or buffers than its schema");
            }
        }
    }
}
