package dev.kiln.pool;

import dev.kiln.frame.Members;
import dev.kiln.frame.spi.Scope;
import dev.kiln.runner.wire.Message.BatchEnd;
import dev.kiln.runner.wire.Message.BatchProgress;
import dev.kiln.runner.wire.Message.EndBatch;
import org.jspecify.annotations.Nullable;

/**
 * The batch of a call, for its work on a runner. What the work makes here is its own until it returns it; what it has kept
 * leaves the batch when it arrives at the caller.
 *
 * @param call whose work this is for
 */
record NestedBatch(String id, long call, NestedDesk desk) implements Batch, Scope {

    /** The desk of the runner that a call's work is on. */
    static final ScopedValue<NestedDesk> DESK = ScopedValue.newInstance();

    /** What was kept here: it says so where it arrives. */
    private static final Scope KEPT = new Scope() {
        @Override
        public void joined(Member member) {}

        @Override
        public void kept(Member member) {}

        @Override
        public boolean keeps() {
            return true;
        }

        @Override
        public void left(Member member) {}
    };

    /** At the caller: work on a runner ends a batch. Ending may take a while, and this is a link's thread. */
    static void endHere(EndBatch message) {
        BatchBook.HERE
                .find(message.batch())
                .ifPresent(batch -> CallDesk.READERS.execute(() -> batch.end(message.how())));
    }

    void progressed(long done, long total) {
        desk.send(new BatchProgress(id, call, done, total));
    }

    /** Known where it was opened. */
    @Override
    public String name() {
        return id;
    }

    @Override
    public Batch nested(String nestedName) {
        throw elsewhere("open one within it");
    }

    @Override
    public <T extends @Nullable Object, X extends Exception> T bind(Body<T, X> body) throws X {
        return ScopedValue.where(BOUND, this).call(() -> body.run(this));
    }

    @Override
    public <T extends @Nullable Object> T keep(T value) {
        Members.in(value, other -> null).forEach(member -> member.moved(KEPT));
        return value;
    }

    @Override
    public <T extends @Nullable Object> T transfer(T value, Batch toBatch) {
        throw elsewhere("transfer");
    }

    @Override
    public long spill() {
        throw elsewhere("spill it");
    }

    @Override
    public BatchStatus status() {
        return desk.statusOf(id)
                .orElseThrow(() -> new IllegalStateException("batch " + id + " has ended and is known no more"));
    }

    @Override
    public void cancel() {
        desk.send(new EndBatch(id, BatchEnd.CANCEL));
    }

    @Override
    public void close() {
        desk.send(new EndBatch(id, BatchEnd.CLOSE));
    }

    @Override
    public void delete() {
        desk.send(new EndBatch(id, BatchEnd.DELETE));
    }

    private IllegalStateException elsewhere(String what) {
        return new IllegalStateException("this is batch " + id + " on a runner, where it can be kept in and ended; "
                + what + " where it was opened");
    }

    @Override
    public void joined(Member member) {}

    @Override
    public void kept(Member member) {}

    @Override
    public void left(Member member) {}

    @Override
    public String toString() {
        return "Batch[" + id + "]";
    }
}
