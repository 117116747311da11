package dev.kiln.runner;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * The threads that run one runner's closures, and nothing else: link, heartbeat and deadlines have platform threads of their
 * own, which the system schedules beside closures that compute, on whichever kind of thread those are. How many there are is
 * bounded by how many calls the pool sends at once. The threads may be lent by what other runners use, too: the end of this
 * one interrupts its own closures and no other. Any thread.
 */
final class CallThreads implements Executor, AutoCloseable {
    private final Executor lender;
    private final Set<Task> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private CallThreads(Executor lender) {
        this.lender = lender;
    }

    /**
     * Opens them.
     *
     * @param virtual whether closures that wait are many and cost little, or those that compute share all processors fairly
     * @param platform lends platform threads
     */
    static CallThreads open(boolean virtual, String runner, Executor platform) {
        if (!virtual) {
            return new CallThreads(platform);
        }
        ThreadFactory factory =
                Thread.ofVirtual().name("kiln-call-" + runner + "-", 1).factory();
        return new CallThreads(task -> factory.newThread(task).start());
    }

    /** A task; under its lock no interrupt meets what its thread does after it. */
    private final class Task implements Runnable {
        private final Runnable work;
        private @Nullable Thread thread; // guarded by this
        private boolean unwanted; // guarded by this

        Task(Runnable work) {
            this.work = work;
        }

        @Override
        public void run() {
            try {
                if (begin()) {
                    work.run();
                }
            } finally {
                end();
            }
        }

        private synchronized boolean begin() {
            thread = Thread.currentThread();
            return !unwanted;
        }

        private synchronized void end() {
            thread = null;
            open.remove(this);
        }

        synchronized void interrupt() {
            unwanted = true;
            if (thread != null) {
                thread.interrupt(); // the flag is cleared before the thread's next task
            }
        }
    }

    /** @throws RejectedExecutionException if they are closed */
    @Override
    public void execute(Runnable work) {
        var task = new Task(work);
        open.add(task);
        if (closed) { // after it was added: either this sees the end, or the end sees the task
            open.remove(task);
            throw new RejectedExecutionException("the runner has ended");
        }
        lender.execute(task);
    }

    /** Takes no more work and interrupts what runs. */
    @Override
    public void close() {
        closed = true;
        open.forEach(Task::interrupt);
    }
}
