package dev.kiln.pool;

import dev.kiln.frame.spi.Scope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a batch has of the pool's own: calls and placed objects, which are no data. Any thread. */
abstract sealed class BatchMember implements Scope.Member permits BatchCall, BatchObject {
    private volatile @Nullable Scope scope;

    /** The batch that it is in, or was in last; null if it was kept out of all. */
    final @Nullable HomeBatch batch() {
        return scope instanceof HomeBatch batch ? batch : null;
    }

    @Override
    public final List<Scope.Part> parts() {
        return List.of();
    }

    @Override
    public final void moved(@Nullable Scope to) {
        scope = to;
    }
}
