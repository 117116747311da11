package dev.kiln.pool;

import java.util.concurrent.CompletableFuture;

/**
 * Keeps the calls of a batch on a number of runners: each call gets one of as many keys, the one with the fewest calls, and
 * all calls of a key run on one runner. Any thread.
 */
final class RunnerShare {
    private final String batch;
    private final int[] calls; // guarded by this: open calls by key

    /** @param runners 0 for any number */
    RunnerShare(String batch, int runners) {
        this.batch = batch;
        this.calls = new int[runners];
    }

    /** Where a call may run that does not care; before it is entered. */
    Wish place(PendingCall call) {
        if (calls.length == 0) {
            return call.wish();
        }
        int key = take();
        CompletableFuture<?> _ = call.outcome().whenComplete((_, _) -> giveBack(key));
        return new Wish.Keyed("\0batch " + batch + " " + key); // no key that a user would choose
    }

    private synchronized int take() {
        int least = 0;
        for (int key = 1; key < calls.length; key++) {
            least = calls[key] < calls[least] ? key : least;
        }
        calls[least]++;
        return least;
    }

    private synchronized void giveBack(int key) {
        calls[key]--;
    }
}
