package dev.kiln.frame;

import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Values of this party that others held and hold no more: handles of this process keep them, which are garbage for the most
 * part, or they are being closed. Any thread.
 */
final class LeftValues {

    private static final System.Logger LOG = System.getLogger(LeftValues.class.getName());

    private final Set<LocalValue> values = Collections.newSetFromMap(new IdentityHashMap<>()); // guarded by this

    synchronized void add(LocalValue value) {
        values.add(value);
    }

    /** Others hold it again. */
    synchronized void remove(LocalValue value) {
        values.remove(value);
    }

    /** How many have not ended, nor begun to: there are handles on them in this process. */
    synchronized int kept() {
        values.removeIf(LocalValue::hasEnded);
        return (int) values.stream().filter(value -> !value.isEnding()).count();
    }

    /** How many are being closed. */
    synchronized int ending() {
        values.removeIf(LocalValue::hasEnded);
        return (int) values.stream().filter(LocalValue::isEnding).count();
    }

    /** Ends all, whatever handles there are, and waits for it. */
    void endAll(Duration atMost) {
        List<LocalValue> all;
        synchronized (this) {
            all = List.copyOf(values);
            values.clear();
        }
        all.forEach(LocalValue::end);
        long deadline = System.nanoTime() + atMost.toNanos();
        try {
            for (LocalValue value : all) {
                if (!value.awaitEnd(Duration.ofNanos(deadline - System.nanoTime()))) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "{0} is not closed after {1} ms; it is left",
                            value,
                            atMost.toMillis());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // whoever ends this thread does not want to wait for the user's code
        }
    }
}
