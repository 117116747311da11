package dev.kiln.pool;

import dev.kiln.frame.FrameSpace;
import dev.kiln.frame.spi.Substitution;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A pool travels as its name, and is on each side what it is there: the pool where it was opened, a view of it on its runners.
 * So do the views that carry options. Any thread.
 *
 * @param pool the pool's name
 * @param space the space whose messages these are
 * @param here what the name stands for, where a message is read
 */
record PoolStands(String pool, Supplier<FrameSpace> space, Supplier<Pool> here) implements Substitution {

    /** What crosses in the place of a pool, or of a view of it that carries options. */
    private record Stand(String pool, @Nullable CallOptions options) {}

    @Override
    public @Nullable Object replace(Object original) {
        return switch (original) {
            case Pool other -> stand(other.desk(), null);
            case CallerView view -> stand(view.desk(), view.options());
            default -> null;
        };
    }

    @SuppressWarnings("ReferenceEquality") // a space is itself only, and tells one pool from another of the same name
    private Stand stand(CallDesk desk, @Nullable CallOptions options) {
        if (desk.space() != space.get()) {
            throw new IllegalArgumentException("pool " + desk.pool() + " is not the pool that this is sent through, "
                    + pool + ", and means nothing on the runners of that; use " + pool + " in there, or call "
                    + desk.pool() + " from here");
        }
        return new Stand(pool, options);
    }

    @Override
    public @Nullable Object resolve(Object read) {
        if (!(read instanceof Stand stand)) {
            return null;
        }
        if (!stand.pool.equals(pool)) {
            throw new IllegalArgumentException("pool " + stand.pool + " means nothing in pool " + pool);
        }
        Pool known = here.get();
        return stand.options == null ? known : new CallerView(known.desk(), stand.options);
    }
}
