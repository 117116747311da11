package dev.kiln.pool;

import dev.kiln.runner.RemoteFunction;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Placing objects of which something is kept: what makes an object of it again is still to be said.
 *
 * @param <C> the object's class, or its interface
 * @param <T> what is kept of it
 */
public final class Checkpointing<C, T extends @Nullable Object> {
    private final CallerView view;
    private final @Nullable Duration every;
    private final RemoteFunction<C, T> checkpoint;

    Checkpointing(CallerView view, @Nullable Duration every, RemoteFunction<C, T> checkpoint) {
        this.view = view;
        this.every = every;
        this.checkpoint = checkpoint;
    }

    /**
     * How an object is made again, in place of the factory, once something has been kept.
     *
     * @param restore takes what the checkpoint function returned last; returns the object, not null
     */
    @SuppressWarnings("unchecked") // the types above say that these two fit to each other and to the object
    public Restoring<C> restore(RemoteFunction<? super T, ? extends C> restore) {
        return new Restoring<>(
                view,
                new PlaceOptions.Keeping(
                        every,
                        (RemoteFunction<Object, @Nullable Object>) (RemoteFunction<?, ?>) checkpoint,
                        (RemoteFunction<@Nullable Object, ?>) (RemoteFunction<?, ?>) restore));
    }
}
