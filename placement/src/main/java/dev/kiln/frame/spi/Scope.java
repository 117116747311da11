package dev.kiln.frame.spi;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * What data is made in and ends with, such as a batch of the pool. Data that a thread makes while a scope is {@link #BOUND}
 * belongs to that; else what comes of an operation belongs to the scope of its first operand. Called from any thread.
 */
public interface Scope {

    /** The scope of what this thread makes. */
    ScopedValue<Scope> BOUND = ScopedValue.newInstance();

    /** The one that is bound to this thread. */
    static @Nullable Scope bound() {
        return BOUND.isBound() ? BOUND.get() : null;
    }

    /**
     * Something was made in this scope. If the scope is over, it {@linkplain Member#end ends} the member here and now.
     *
     * @throws dev.kiln.KilnException if it takes no more data; the member is ended by whoever made it
     */
    void joined(Member member);

    /** A member was kept where it was made, and has just joined this scope in a message: it moves out of it. */
    void kept(Member member);

    /** Whether what belongs to it is {@link #kept} where it arrives. */
    default boolean keeps() {
        return false;
    }

    /** A member has ended, in whatever way. Nothing happens if it is none. */
    void left(Member member);

    /**
     * A handle on data, in terms of its scope. It does not keep the handle reachable: one that is dropped ends by itself and
     * leaves.
     */
    interface Member {

        /** The data that it holds. Parts that are equal are the same data. */
        Collection<Part> parts();

        /** It belongs to another scope now, or to none. Called under that scope's lock: must not call back. */
        void moved(@Nullable Scope to);

        /**
         * Ends the handle, if it has not ended.
         *
         * @param why what its later use says, after "this frame "
         */
        void end(String why);
    }

    /**
     * Some data.
     *
     * @param what tells it from other data
     * @param bytes its size
     */
    record Part(Object what, long bytes) {}
}
