package dev.kiln.pool;

import dev.kiln.KilnException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The calls that are not over. Of result, failure, cancel and deadline the first to take a call out of here decides how it
 * ended; the others find it gone. Any thread.
 */
final class OpenCalls {
    private static final int FAMILY_BITS = 20;
    private static final long FAMILY_MASK = (1L << FAMILY_BITS) - 1;

    private final Map<Long, PendingCall> open = new ConcurrentHashMap<>();
    private final AtomicLong lastId = new AtomicLong();
    private final AtomicLong lastFamily = new AtomicLong();
    private final LongAdder returned = new LongAdder();
    private final LongAdder failed = new LongAdder();

    long nextId() {
        return lastId.incrementAndGet();
    }

    /**
     * The number of a nested call. Calls wait in the order of their numbers, and these are negative: a nested call is part of
     * one that has had its turn, so it goes before all that have not. What one call makes goes in the order in which it makes
     * it, and what the last one that began to call makes goes before the rest. In any other order all calls would begin, lend
     * their slots and sit on their threads before the first one ends.
     *
     * @param parent the call whose work makes it, null if that is over or there is none
     */
    long nextNestedId(@Nullable PendingCall parent) {
        return parent == null ? nextFamily() : parent.nextNestedId(this::nextFamily);
    }

    private long nextFamily() {
        return -(lastFamily.incrementAndGet() << FAMILY_BITS);
    }

    /** Whether no other nested call of the same family can come after this one. */
    static boolean lastOfFamily(long id) {
        return ((id + 1) & FAMILY_MASK) == 0;
    }

    /** How people call it. */
    static String name(long id) {
        if (id >= 0) {
            return "call " + id;
        }
        long family = ((-id - 1) >> FAMILY_BITS) + 1;
        return "nested call " + family + "." + ((id & FAMILY_MASK) + 1);
    }

    void add(PendingCall call) {
        open.put(call.id(), call);
    }

    @Nullable
    PendingCall find(long id) {
        return open.get(id);
    }

    /** Ends a call; whether it was open, and so ended like this. */
    boolean end(long id, Outcome outcome) {
        PendingCall call = open.remove(id);
        if (call == null) {
            return false;
        }
        boolean hasValue =
                switch (outcome) {
                    case Outcome.Returned _ -> true;
                    case Outcome.PassedOn passed -> passed.returned();
                    case Outcome.Threw _, Outcome.Failed _, Outcome.FailedThere _ -> false;
                };
        (hasValue ? returned : failed).increment();
        // Dependents of this future are all asynchronous: completing it runs nobody else's code on this thread.
        call.outcome().complete(outcome);
        return true;
    }

    boolean fail(long id, KilnException why) {
        return end(id, new Outcome.Failed(why));
    }

    /** Takes a call out without an outcome: the one who does gives it one. */
    boolean take(long id) {
        boolean taken = open.remove(id) != null;
        if (taken) {
            failed.increment(); // it is cancelled
        }
        return taken;
    }

    /** How many calls returned so far. */
    long returned() {
        return returned.sum();
    }

    /** How many calls ended otherwise so far. */
    long failed() {
        return failed.sum();
    }

    void failAll(KilnException why) {
        open.keySet().forEach(id -> fail(id, why));
    }
}
