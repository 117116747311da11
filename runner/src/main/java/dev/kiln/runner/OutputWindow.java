package dev.kiln.runner;

import dev.kiln.runner.wire.Link;
import dev.kiln.runner.wire.Message.Output;
import java.io.PrintStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The way of printed lines to the caller's log. So much may be under way as {@link Output#WINDOW} says; who prints more waits
 * until the caller has logged some of it, as one waits who prints to a slow terminal. A caller that takes nothing for a
 * second, or is gone, is not waited for: lines go to the process' own output then, with the number of their call, until it
 * takes some again. Any thread.
 */
final class OutputWindow {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Link link;
    private final PrintStream otherwise;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private long underWay; // guarded by lock, as are the others
    private long taken;
    private boolean deaf;

    /** @param otherwise takes what the caller does not */
    OutputWindow(Link link, PrintStream otherwise) {
        this.link = link;
        this.otherwise = otherwise;
    }

    /** Sends one line; blocks only as long as the window is full and the caller goes on logging. */
    void send(Output output) {
        if (entered(output.cost())) {
            link.send(output);
        } else {
            otherwise.println("[call " + output.call() + "] " + output.line());
        }
    }

    private boolean entered(int cost) {
        lock.lock();
        try {
            long takenBefore = taken;
            long left = PATIENCE_NANOS;
            while (underWay + cost > Output.WINDOW) {
                if (deaf) {
                    return false;
                }
                left = moved.awaitNanos(left);
                if (taken != takenBefore) {
                    takenBefore = taken;
                    left = PATIENCE_NANOS;
                } else if (left <= 0) {
                    deaf = true;
                }
            }
            underWay += cost;
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the closure is to end: it is not kept waiting for its output
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** The caller has logged so much of it. */
    void taken(long amount) {
        lock.lock();
        try {
            underWay -= amount;
            taken += amount;
            deaf = false;
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
