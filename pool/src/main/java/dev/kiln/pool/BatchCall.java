package dev.kiln.pool;

import java.util.concurrent.CompletableFuture;

/** A call as a member of its batch, in which is what it returns, too, and which cancels it if it is not over when the batch ends. Any thread. */
final class BatchCall extends BatchMember {
    private final PendingCall call;
    private final PoolPath path;

    private BatchCall(PendingCall call, PoolPath path) {
        this.call = call;
        this.path = path;
    }

    /** Before the call is entered: it is cancelled by that if the batch is over. */
    static void join(PendingCall call, PoolPath path, HomeBatch batch) {
        var member = new BatchCall(call, path);
        member.moved(batch);
        call.isIn(member);
        // On the thread that ends the call: it counts, and wakes nobody.
        CompletableFuture<?> _ = call.outcome().whenComplete((outcome, _) -> member.over(outcome));
    }

    /** The call is among the open ones now. */
    void entered() {
        HomeBatch batch = batch();
        if (batch != null) {
            batch.joined(this);
        }
    }

    private void over(Outcome outcome) {
        HomeBatch batch = batch();
        if (batch != null) {
            batch.left(this);
            batch.counted(call.id(), outcome);
        }
    }

    boolean begun() {
        return call.mayHaveBegun();
    }

    @Override
    public void end(String why) {
        if (path.take(call)) {
            path.withdraw(call);
            HomeBatch batch = batch();
            call.outcome()
                    .complete(new Outcome.Failed(new CallCancelled(
                            OpenCalls.name(call.id()) + " of pool " + path.pool() + " was cancelled with "
                                    + (batch == null ? "its batch" : batch),
                            null)));
        }
    }
}
