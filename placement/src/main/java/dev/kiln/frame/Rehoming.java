package dev.kiln.frame;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ForeignAllocation;

/**
 * Puts an allocator of another Arrow root in charge of a column's buffers without a copy: it accounts for them as if it had
 * allocated them, and gives each back when its last reference to it is released. Arrow itself lets buffers be shared only below
 * one root.
 */
final class Rehoming {

    private final BufferAllocator to;
    private final Function<ArrowBuf, Runnable> hold;
    private final List<ArrowBuf> made = new ArrayList<>();

    private Rehoming(BufferAllocator to, Function<ArrowBuf, Runnable> hold) {
        this.to = to;
        this.hold = hold;
    }

    /** The column under our own root, each of whose buffers keeps the original one. The caller releases it. */
    static Column adopt(Column column) {
        return passOn(column, Memory.allocator());
    }

    /** The same under any allocator. */
    static Column passOn(Column column, BufferAllocator to) {
        return new Rehoming(to, buffer -> {
                    buffer.getReferenceManager().retain();
                    return buffer.getReferenceManager()::release;
                })
                .run(column);
    }

    /** The column under somebody else's allocator, each of whose buffers keeps the data. The caller releases it. */
    static Column lend(Column column, TableData data, BufferAllocator to) {
        return new Rehoming(to, _ -> {
                    data.retain();
                    return data::release;
                })
                .run(column);
    }

    private Column run(Column column) {
        try {
            return rehomed(column);
        } catch (RuntimeException | Error e) {
            made.forEach(buffer -> buffer.getReferenceManager().release());
            throw e;
        }
    }

    private Column rehomed(Column column) {
        return new Column(
                column.shape(),
                column.rows(),
                column.nulls(),
                column.buffers().stream().map(this::rehomed).toList(),
                column.children().stream().map(this::rehomed).toList());
    }

    private ArrowBuf rehomed(ArrowBuf buffer) {
        if (buffer.capacity() == 0) {
            return to.getEmpty();
        }
        Loan loan = new Loan(buffer, hold.apply(buffer));
        try {
            ArrowBuf wrapped = to.wrapForeignAllocation(loan);
            made.add(wrapped);
            return wrapped;
        } catch (RuntimeException | Error e) {
            loan.release0(); // Arrow has done so only in some of the cases
            throw e;
        }
    }

    private static final class Loan extends ForeignAllocation {
        private final AtomicBoolean open = new AtomicBoolean(true);
        private final Runnable giveBack;

        Loan(ArrowBuf buffer, Runnable giveBack) {
            super(buffer.capacity(), buffer.memoryAddress());
            this.giveBack = giveBack;
        }

        @Override
        protected void release0() {
            if (open.compareAndSet(true, false)) {
                giveBack.run();
            }
        }
    }
}
