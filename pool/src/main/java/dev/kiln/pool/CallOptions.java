package dev.kiln.pool;

import dev.kiln.runner.wire.CallTerms;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Caller} says of the calls made through it. It travels with a view that a closure captures, all but
 * {@code home}.
 *
 * @param within one time for waiting and running together, in place of the pool's own three; null for those
 * @param linked whether the work ends with the process that calls
 * @param idempotent whether it may run again when its runner is lost
 * @param runner the one runner that it insists on, empty for any
 * @param home where the data is that it insists on that runner for, asked again when the runner is gone; empty if on none, null
 *     if that is not known here
 * @param key keeps calls of one key on one runner, empty for none; never together with a runner
 * @param batch the id of the batch that it is in, empty for the one that is bound, if any
 */
record CallOptions(
        @Nullable Duration within,
        boolean linked,
        boolean idempotent,
        String runner,
        @Nullable Supplier<String> home,
        String key,
        String batch) {
    static final CallOptions DEFAULT = new CallOptions(null, true, false, "", null, "", "");

    CallOptions lasting(Duration atMost) {
        return new CallOptions(atMost, linked, idempotent, runner, home, key, batch);
    }

    CallOptions loose() {
        return new CallOptions(within, false, idempotent, runner, home, key, batch);
    }

    CallOptions repeatable() {
        return new CallOptions(within, linked, true, runner, home, key, batch);
    }

    /** @param data where it is: a runner's id, or empty for any */
    CallOptions near(Supplier<String> data) {
        return new CallOptions(within, linked, idempotent, data.get(), data, "", batch);
    }

    /** What crosses. */
    CallOptions withoutHome() {
        return new CallOptions(within, linked, idempotent, runner, null, key, batch);
    }

    CallOptions of(String group) {
        return new CallOptions(within, linked, idempotent, "", null, group, batch);
    }

    /** @param id of a batch, empty for the one that is bound */
    CallOptions inBatch(String id) {
        return new CallOptions(within, linked, idempotent, runner, home, key, id);
    }

    Wish wish() {
        if (!runner.isEmpty()) {
            return new Wish.On(runner);
        }
        return key.isEmpty() ? Wish.ANYWHERE : new Wish.Keyed(key);
    }

    /** As they travel when work on a runner calls. */
    CallTerms terms(CallTerms.Kind kind) {
        return new CallTerms(
                kind, within == null ? 0 : Math.max(1, within.toMillis()), linked, idempotent, runner, key, batch, 0);
    }

    static CallOptions of(CallTerms terms) {
        Duration within = terms.withinMillis() == 0 ? null : Duration.ofMillis(terms.withinMillis());
        return new CallOptions(
                within, terms.linked(), terms.idempotent(), terms.runner(), null, terms.key(), terms.batch());
    }
}
