package dev.kiln.pool;

import dev.kiln.frame.spi.Scope;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A call that is not over, as whoever made it knows it. Any thread. */
interface OpenCall {

    /** Unique on this side of the pool. */
    long id();

    /** The runner that it was sent to last, as far as it is known here. */
    @Nullable
    String runner();

    /** Whether its work may have begun somewhere. */
    boolean mayHaveBegun();

    /** What that which it returns is in; null for nothing. */
    default @Nullable Scope scope() {
        return null;
    }

    /** How it ends, once. Never fails. Its dependents are all asynchronous: whoever completes it runs nobody else's code. */
    CompletableFuture<Outcome> outcome();
}
