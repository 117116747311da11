package dev.kiln.runner;

import dev.kiln.runner.spi.ParentCall;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Lend;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What one execution has under way that it called itself: it is told when the execution is stopped, and the execution's slot
 * is lent while its work waits. Any thread.
 */
final class Nesting implements ParentCall {
    private final long call;
    private final Consumer<Message> out;
    private final List<Action> actions = new ArrayList<>(); // guarded by this
    private final Map<Long, Integer> blocked = new HashMap<>(); // threads by the call they wait for; guarded by this
    private int waiting; // all threads, also those whose call is settled; guarded by this
    private boolean stopped; // guarded by this
    private boolean over; // guarded by this

    /** Something to be done, told from others like it by its identity. */
    private static final class Action {
        final Runnable what;

        Action(Runnable what) {
            this.what = what;
        }
    }

    /** @param out takes what the caller is told; it must not block */
    Nesting(long call, Consumer<Message> out) {
        this.call = call;
        this.out = out;
    }

    @Override
    public long call() {
        return call;
    }

    @Override
    public synchronized boolean running() {
        return !over;
    }

    @Override
    public synchronized boolean stopped() {
        return stopped;
    }

    @Override
    public Runnable whenStopped(Runnable action) {
        var once = new Action(action); // an object of its own, by which it is taken back
        synchronized (this) {
            if (!stopped) {
                if (!over) {
                    actions.add(once);
                }
                return () -> takeBack(once);
            }
        }
        action.run();
        return () -> {};
    }

    private synchronized void takeBack(Action once) {
        actions.remove(once);
    }

    /** The execution ends without an outcome: what it called ends, too. May be told more than once. */
    void stop() {
        List<Action> all;
        synchronized (this) {
            stopped = true;
            all = List.copyOf(actions);
            actions.clear();
        }
        all.forEach(action -> action.what.run());
    }

    /** The execution has an outcome, which is sent next: what it called goes on by itself, and its slot is free with that. */
    synchronized void end() {
        over = true;
        actions.clear();
    }

    @Override
    public synchronized void waits(long nested) {
        blocked.merge(nested, 1, Integer::sum);
        if (waiting++ == 0) {
            lend(true);
        }
    }

    @Override
    public synchronized void goesOn(long nested) {
        blocked.computeIfPresent(nested, (id, threads) -> threads == 1 ? null : threads - 1);
        if (--waiting == 0) {
            lend(false);
        }
    }

    @Override
    public synchronized void settled(long nested) {
        // Whoever waited for it is about to go on and needs the slot; if somebody else here waits, it is lent again.
        blocked.remove(nested);
        if (!blocked.isEmpty()) {
            lend(true);
        }
    }

    /** Told under the lock, so that of two threads the one that lends is not overtaken by the one that takes back. */
    private void lend(boolean lent) {
        if (!over) {
            out.accept(new Lend(call, lent));
        }
    }
}
