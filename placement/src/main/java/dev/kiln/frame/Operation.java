package dev.kiln.frame;

import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One piece of work inside the engine. It runs on a thread of the engine's, because a thread in native code does not
 * see an interrupt, and because a deep plan needs a deep stack; the caller waits for it.
 */
final class Operation {
    /** The engine's parser and planner recurse into nested queries on this thread; the memory is only reserved. */
    private static final long STACK_BYTES = 64L << 20;

    private static final long CANCEL_AGAIN_MILLIS = 10;
    private static final ExecutorService THREADS = new ThreadPoolExecutor(
            0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), new Numbered()::thread);

    private @Nullable Statement running;
    private boolean cancelled;

    private Operation() {}

    /** What is done; it {@link #check checks} between steps. */
    interface Work<T> {
        T run(Operation operation) throws Exception;
    }

    /**
     * Runs work and waits for its end, also when interrupted.
     *
     * @throws QueryInterrupted if the calling thread is interrupted before the work has ended
     * @throws ExecutionException with what the work threw
     */
    static <T> T run(String what, Work<T> work) throws ExecutionException {
        if (Thread.currentThread().isInterrupted()) {
            throw new QueryInterrupted(what + " was not started: the thread is interrupted", null);
        }
        Operation operation = new Operation();
        String origin = Origins.here(); // which that thread cannot tell
        FutureTask<T> task = new FutureTask<>(() -> Origins.as(origin, () -> work.run(operation)));
        THREADS.execute(task);
        try {
            return task.get();
        } catch (InterruptedException e) {
            try {
                return operation.end(task);
            } catch (ExecutionException ended) {
                throw new QueryInterrupted(what + " was interrupted, and its statement cancelled", e);
            } finally {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Says which statement a cancellation has to end from now on.
     *
     * @throws SQLException if the work has been cancelled
     */
    synchronized void started(Statement statement) throws SQLException {
        check();
        running = statement;
    }

    /** Says that a cancellation has no statement to end now. */
    synchronized void ended() {
        running = null;
    }

    /** @throws SQLException if the work has been cancelled */
    synchronized void check() throws SQLException {
        if (cancelled) {
            throw new SQLException("cancelled");
        }
    }

    synchronized boolean isCancelled() {
        return cancelled;
    }

    // The engine forgets a cancellation that comes just before the statement starts, hence again and again.
    private <T> T end(FutureTask<T> task) throws ExecutionException {
        while (true) {
            cancel();
            try {
                return task.get(CANCEL_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException | InterruptedException e) {
                // not yet; a second interrupt has the same wish, and the flag is set again at the end
            }
        }
    }

    private synchronized void cancel() {
        cancelled = true;
        if (running != null) {
            try {
                running.cancel();
            } catch (SQLException e) {
                // it has just ended
                running = null;
            }
        }
    }

    private static final class Numbered {
        private final AtomicInteger made = new AtomicInteger();

        Thread thread(Runnable work) {
            Thread thread = new Thread(null, work, "kiln-engine-" + made.incrementAndGet(), STACK_BYTES, false);
            thread.setDaemon(true);
            // not the first caller's, whose loader would then never go
            thread.setContextClassLoader(Operation.class.getClassLoader());
            return thread;
        }
    }
}
