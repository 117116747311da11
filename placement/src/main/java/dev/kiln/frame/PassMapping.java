package dev.kiln.frame;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import org.apache.arrow.memory.ForeignAllocation;

/**
 * A mapping for one pass that reads the file beside it: it says where everything is, and nobody is shown its bytes. So it is unmapped
 * with the last reference, and no collector has to be waited for. One thread.
 */
final class PassMapping extends ForeignAllocation {
    private final Cleaner.Cleanable cleanable;
    private boolean shown;

    PassMapping(MemorySegment segment, Arena arena) {
        super(segment.byteSize(), segment.address());
        cleanable = Memory.CLEANER.register(this, arena::close);
    }

    /** Somebody has seen its bytes after all, and may still read them when they are released: the collector unmaps it. */
    void shown() {
        shown = true;
    }

    @Override
    protected void release0() {
        if (!shown) {
            cleanable.clean();
        }
    }
}
