package dev.kiln.pool;

import dev.kiln.runner.wire.Message.Output;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Logs what calls print on their runners, as {@code [runner call 7] line}, at INFO whether it was printed to System.out or
 * System.err, since logs on a runner go to the latter. Logging is the user's code and may take long, so it has a thread of
 * its own; what waits for it is bounded by what the runners may have under way. Any thread.
 */
final class OutputLog implements AutoCloseable {
    /** Everything that runners print goes to this logger: what calls print, and what their processes do. */
    static final System.Logger OUTPUT = System.getLogger("dev.kiln.runner.output");

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final BlockingQueue<Entry> waiting = new LinkedBlockingQueue<>();
    private final AtomicLong entered = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition progress = lock.newCondition();
    private final Thread thread;
    private volatile long logged; // written under lock

    /** A line and its runner. */
    private record Entry(LiveRunner from, Output output) {}

    OutputLog(String pool) {
        thread = Thread.ofVirtual().name("kiln-output-" + pool).start(this::run);
    }

    /** The links' threads. */
    void add(LiveRunner from, Output output) {
        entered.incrementAndGet(); // first: who then sees its call's outcome waits for this line
        waiting.add(new Entry(from, output));
    }

    private void run() {
        try {
            while (true) {
                Entry entry = waiting.take();
                try {
                    Output output = entry.output;
                    OUTPUT.log(
                            System.Logger.Level.INFO,
                            "[{0} {1}] {2}",
                            entry.from.id(),
                            OpenCalls.name(output.call()),
                            output.line());
                } catch (RuntimeException | Error e) {
                    // The user's log refuses it: there is no other place to say so.
                } finally {
                    entry.from.logged(entry.output);
                    count();
                }
            }
        } catch (InterruptedException e) {
            // The pool is closed: what was still to be logged came after the outcome of its call.
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // it is written under the lock only
    private void count() {
        lock.lock();
        try {
            logged++;
            progress.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until all that has arrived so far is logged, so that a call's output stands in the log before the call returns;
     * a log that is stuck, for one second only.
     */
    void awaitLogged() {
        long all = entered.get();
        if (logged >= all) {
            return;
        }
        lock.lock();
        try {
            for (long left = PATIENCE_NANOS; logged < all && left > 0; ) {
                left = progress.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the thread, after what is waiting. */
    @Override
    public void close() {
        awaitLogged();
        thread.interrupt();
    }
}
