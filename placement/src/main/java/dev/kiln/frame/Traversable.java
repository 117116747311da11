package dev.kiln.frame;

import java.io.Serializable;

/**
 * A type that says itself how it crosses to another process.
 *
 * <pre>{@code
 * final class Cache implements Traversable {
 *     private final Map<String, Frame> frames;      // crosses
 *     private final Connection connection;          // does not
 *
 *     public Rebuild<?> traversal() {
 *         var parts = frames;                       // a local variable: the lambda must not capture this
 *         return () -> new Cache(parts, Connections.open());
 *     }
 * }
 * }</pre>
 *
 * <p>The codec writes what {@link #traversal} returns in the object's place, with all that it captures: frames in it are
 * placed like anywhere else. On the other side {@link Rebuild#rebuild} makes the object that stands there. Both are
 * called once per message, however often the object occurs in it. The type need not be {@link Serializable}.
 */
public interface Traversable {

    /**
     * The parts that cross, and how they become an object again.
     *
     * @return a lambda or another serializable object that holds the parts but not this object
     */
    Rebuild<?> traversal();

    /**
     * Makes an object from its parts.
     *
     * @param <T> the type of the object
     */
    @FunctionalInterface
    interface Rebuild<T> extends Serializable {

        /** Called once, on the other side, after the parts have been read. Not null. */
        T rebuild();
    }
}
