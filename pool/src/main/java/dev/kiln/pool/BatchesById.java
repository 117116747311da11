package dev.kiln.pool;

import dev.kiln.runner.Runner;
import dev.kiln.runner.wire.Message.BatchEnd;
import dev.kiln.runner.wire.Message.EndBatch;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Batches by their ids, from wherever their program or work on its runners is. Any thread. */
final class BatchesById {
    private BatchesById() {}

    static void end(String id, BatchEnd how) {
        NestedDesk there = elsewhere(id);
        if (there != null) {
            there.send(new EndBatch(id, how));
        } else {
            BatchBook.HERE.find(id).ifPresent(batch -> batch.end(how));
        }
    }

    static Optional<BatchStatus> status(String id) {
        NestedDesk there = elsewhere(id);
        return there != null ? there.statusOf(id) : BatchBook.HERE.find(id).map(Batch::status);
    }

    /** The way to the program that opened the batch; null in that program. */
    private static @Nullable NestedDesk elsewhere(String id) {
        if (NestedBatch.DESK.isBound()) {
            return NestedBatch.DESK.get();
        }
        if (Runner.current().isPresent()) { // a process of its own, which has no batches
            throw new IllegalStateException("batch " + id + " is in the program that opened it, which work on a runner"
                    + " reaches from the thread of its call only; this is thread "
                    + Thread.currentThread().getName());
        }
        return null;
    }
}
