package dev.kiln.pool;

import dev.kiln.frame.FrameRefused;
import dev.kiln.frame.Members;
import dev.kiln.frame.spi.Scope;
import dev.kiln.gc.BatchState;
import dev.kiln.runner.wire.Message.BatchEnd;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A batch in the program that opened it. Any thread. */
final class HomeBatch implements Batch, Scope {
    private static final String OUT_OF_TIME = ", which ran out of time";
    private static final String WAS_CANCELLED = ", which was cancelled";

    private final BatchBook book;
    private final String id;
    private final BatchOptions options;
    private final @Nullable HomeBatch parent;
    private final @Nullable Long endNanos;
    private final BatchTally tally;
    private final RunnerShare share;
    private final CompletableFuture<BatchState> over = new CompletableFuture<>();
    private volatile boolean outOfTime;

    HomeBatch(BatchBook book, String id, BatchOptions options, @Nullable HomeBatch parent, long nowNanos) {
        this.book = book;
        this.id = id;
        this.options = options;
        this.parent = parent;
        Long own = options.timeout() == null
                ? null
                : (Long) (nowNanos + options.timeout().toNanos());
        Long around = parent == null ? null : parent.endNanos;
        this.endNanos = own == null || (around != null && around - own < 0) ? around : own;
        this.tally = new BatchTally(nowNanos);
        this.share = new RunnerShare(id, options.maxRunners());
    }

    /** Called once it is in the book. */
    void watchTime() {
        if (options.timeout() != null) {
            // A future of its own: completed by the end, which takes the timer back.
            CompletableFuture<?> _ = over.copy()
                    .orTimeout(options.timeout().toNanos(), TimeUnit.NANOSECONDS)
                    .whenCompleteAsync(
                            (_, e) -> {
                                if (e instanceof TimeoutException) {
                                    outOfTime = true;
                                    end(BatchState.FAILED, OUT_OF_TIME);
                                }
                            },
                            CallDesk.READERS);
        }
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String name() {
        return options.name();
    }

    @Nullable
    HomeBatch parent() {
        return parent;
    }

    int priority() {
        return options.priority();
    }

    /** When its time and that of those around it is over; null for never. */
    @Nullable
    Long endNanos() {
        return endNanos;
    }

    /** Where a call of it may run that does not care. */
    Wish place(PendingCall call) {
        return share.place(call);
    }

    @Override
    public Batch nested(String nestedName) {
        return Batch.named(nestedName).within(this).open();
    }

    @Override
    public <T extends @Nullable Object, X extends Exception> T bind(Body<T, X> body) throws X {
        return ScopedValue.where(BOUND, this).call(() -> body.run(this));
    }

    @Override
    public <T extends @Nullable Object> T keep(T value) {
        if (over.isDone()) {
            throw new IllegalStateException("batch " + id + " has ended: keep what is to outlive it before that");
        }
        book.keep(this, membersOf(value));
        return value;
    }

    @Override
    public <T extends @Nullable Object> T transfer(T value, Batch toBatch) {
        if (!(toBatch instanceof HomeBatch to)) {
            throw new IllegalArgumentException("batch " + toBatch.id() + " was opened by another program");
        }
        book.transfer(membersOf(value), to);
        return value;
    }

    private static List<Scope.Member> membersOf(@Nullable Object value) {
        return Members.in(value, met -> switch (met) {
            case PlacedHandle<?> placed -> placed.object().member();
            case RemoteCall<?> call -> call.member();
            default -> PlacedProxy.target(met) instanceof PlacedObject object ? object.member() : null;
        });
    }

    @Override
    public long spill() {
        return Members.spill(book.members(this));
    }

    @Override
    public BatchStatus status() {
        List<Scope.Member> members = book.members(this);
        BatchState state = over.getNow(BatchState.OPEN);
        return tally.status(id, options, state, members, book.bytes(this), System.nanoTime());
    }

    @Override
    public void cancel() {
        end(BatchState.CANCELLED, WAS_CANCELLED);
    }

    @Override
    public void close() {
        end(BatchState.DONE, "");
    }

    @Override
    public void delete() {
        book.delete(this);
    }

    void end(BatchEnd how) {
        switch (how) {
            case CLOSE -> close();
            case CANCEL -> cancel();
            case DELETE -> delete();
        }
    }

    /** Whether it was open. */
    boolean end(BatchState how, String why) {
        return book.end(this, how, why);
    }

    /** It has ended, by itself or with one around it; under the book's lock. */
    boolean ended(BatchState how, long nowNanos) {
        tally.ended(nowNanos);
        return over.complete(how);
    }

    /** Completes when it ends. */
    CompletableFuture<BatchState> over() {
        return over;
    }

    /** Whether that was since its time was over, or that of one around it. */
    boolean outOfTime() {
        return outOfTime || (parent != null && parent.outOfTime());
    }

    String releasedWith(String why) {
        return "was released with batch " + id + why + "; keep what is to outlive its batch with batch.keep(…)";
    }

    // ---- as a scope

    @Override
    public void joined(Scope.Member member) {
        if (!book.join(this, member)) {
            member.end(releasedWith(", which had ended"));
            return;
        }
        for (HomeBatch each = this; each != null; each = each.parent) {
            long most = each.options.maxBytes();
            if (most > 0 && !member.parts().isEmpty() && book.bytes(each) > most) {
                long bytes = book.bytes(each);
                book.leave(member);
                throw new FrameRefused(
                        "batch " + each.id + " may have " + most + " bytes of frames and would have " + bytes
                                + "; close frames of it that are not needed, or raise its maxBytes",
                        null);
            }
        }
    }

    @Override
    public void kept(Scope.Member member) {
        book.keep(this, List.of(member));
    }

    @Override
    public void left(Scope.Member member) {
        book.leave(member);
    }

    // ---- what its calls tell

    void counted(long call, Outcome outcome) {
        for (HomeBatch each = this; each != null; each = each.parent) {
            each.tally.counted(call, outcome);
        }
    }

    /** @param call whose work says so, 0 for that of this process */
    void progressed(long call, long done, long total) {
        for (HomeBatch each = this; each != null; each = each.parent) {
            each.tally.progressed(call, done, total, System.nanoTime());
        }
    }

    @Override
    public String toString() {
        return "Batch[" + id + "]";
    }
}
