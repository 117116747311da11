package dev.kiln.pool;

import java.util.Optional;

/** A placed object that a closure captured, on a runner: it can be called, and is kept where it was placed. */
final class NestedPlaced<S> implements Placed<S> {
    private final ObjectView object;
    private final S proxy;

    NestedPlaced(ObjectView object, S proxy) {
        this.object = object;
        this.proxy = proxy;
    }

    ObjectView object() {
        return object;
    }

    @Override
    public S get() {
        return proxy;
    }

    /** This runner, if it is here; where else it is, only the pool knows. */
    @Override
    public Optional<String> runner() {
        return object.runner().hosts(object.number())
                ? Optional.of(object.runner().self().name())
                : Optional.empty();
    }

    @Override
    public void checkpoint() {
        throw NestedPool.elsewhere(object.runner().pool(), "take checkpoints");
    }

    @Override
    public void close() {
        throw NestedPool.elsewhere(object.runner().pool(), "close what is placed");
    }

    @Override
    public String toString() {
        return object.toString();
    }
}
