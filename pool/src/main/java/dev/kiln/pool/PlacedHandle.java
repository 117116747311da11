package dev.kiln.pool;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.Optional;

/** What a caller has of a placed object. It keeps the proxy reachable, whose cleaner lets the object go. */
final class PlacedHandle<S> implements Placed<S> {
    private final S proxy;
    private final PlacedObject object;
    private final Cleaner.Cleanable end;

    PlacedHandle(S proxy, PlacedObject object, Cleaner.Cleanable end) {
        this.proxy = proxy;
        this.object = object;
        this.end = end;
    }

    PlacedObject object() {
        return object;
    }

    @Override
    public S get() {
        return proxy;
    }

    @Override
    public Optional<String> runner() {
        return object.runner();
    }

    @Override
    public void checkpoint() {
        try {
            object.checkpoints().take();
        } finally {
            Reference.reachabilityFence(proxy);
        }
    }

    @Override
    public void close() {
        end.clean();
    }

    @Override
    public String toString() {
        return object.toString();
    }
}
