package dev.kiln.pool;

import dev.kiln.runner.RemoteCallable;

/**
 * Placing objects that are restored from what was kept of them.
 *
 * @param <C> the object's class, or its interface
 */
public final class Restoring<C> {
    private final CallerView view;
    private final PlaceOptions.Keeping keeping;

    Restoring(CallerView view, PlaceOptions.Keeping keeping) {
        this.view = view;
        this.keeping = keeping;
    }

    /**
     * As {@link Caller#place}.
     *
     * @param factory makes the object as long as nothing of it has been kept
     */
    public <S> Placed<S> place(Class<S> type, RemoteCallable<? extends C> factory) {
        return view.place(type, factory, view.placing().keeping(keeping));
    }
}
