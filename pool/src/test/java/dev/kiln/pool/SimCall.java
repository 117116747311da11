package dev.kiln.pool;

import java.util.Random;
import org.jspecify.annotations.Nullable;

/** What the simulation knows of one call. */
final class SimCall {
    private static final int MAX_RETRIES = 2;
    private static final long SECOND = 1_000_000_000;
    private static final long NEVER = Long.MAX_VALUE / 4;

    final long id;
    final Wish wish;
    final boolean idempotent;
    final int priority;
    long latestNanos;

    @Nullable
    String runner; // where it was sent to and, as far as the books can know, still is

    @Nullable
    String end; // how it ended for its caller: exactly once

    boolean away; // it is to come again
    int retries;
    int begun; // how often its work began on a runner
    int losses; // how often it was lost, or was not and came again

    SimCall(long id, long latestNanos, Wish wish, boolean idempotent, int priority) {
        this.id = id;
        this.latestNanos = latestNanos;
        this.wish = wish;
        this.idempotent = idempotent;
        this.priority = priority;
    }

    /** One of any sort; it may care for one of the runners so far, be they gone or not, or for the next one. */
    static SimCall some(long id, Random random, long now, int runners) {
        long patience = random.nextInt(5) == 0 ? NEVER : random.nextLong(1, 8 * SECOND);
        String runner = "sim-" + random.nextInt(1, runners + 2);
        Wish wish =
                switch (random.nextInt(10)) {
                    case 0, 1 -> new Wish.On(runner);
                    case 2 -> new Wish.Inside(runner);
                    case 3, 4 -> new Wish.Keyed("key " + random.nextInt(3));
                    default -> Wish.ANYWHERE;
                };
        return new SimCall(
                id, now + patience, wish, random.nextInt(3) == 0, random.nextInt(3) == 0 ? random.nextInt(-1, 3) : 0);
    }

    boolean waits() {
        return runner == null && end == null && !away;
    }

    void end(String how) {
        if (end != null) {
            throw new AssertionError("call " + id + " ended twice: " + end + ", then " + how);
        }
        end = how;
    }

    /** It was lost or had no runner: it ends, or is to come again. */
    void endOrAway(String how, boolean last) {
        if (end == null && idempotent && retries < MAX_RETRIES && !last) {
            away = true;
            retries++;
        } else {
            end(how);
        }
    }
}
