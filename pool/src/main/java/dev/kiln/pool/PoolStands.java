package dev.kiln.pool;

import dev.kiln.frame.FrameSpace;
import dev.kiln.frame.spi.Substitution;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A pool travels as its name, and is on each side what it is there: the pool where it was opened, a view of it on its runners.
 * So do the views that carry options. Any thread.
 *
 * @param pool the pool's name
 * @param space the space whose messages these are
 * @param here what the name stands for, where a message is read
 * @param objects what placed objects stand for there
 * @param batches what the id of a batch stands for there
 */
record PoolStands(
        String pool,
        Supplier<FrameSpace> space,
        Supplier<Pool> here,
        ObjectStand.Reader objects,
        Function<String, Batch> batches)
        implements Substitution {

    /** While it is bound, the placed objects that are met in a message are remembered there: who sends it keeps them. */
    static final ScopedValue<List<Object>> CAPTURED = ScopedValue.newInstance();

    /** What crosses in the place of a pool, or of a view of it that carries options. */
    private record Stand(String pool, @Nullable CallOptions options) {}

    /** What crosses in the place of a batch. */
    private record BatchStand(String id) {}

    @Override
    public @Nullable Object replace(Object original) {
        return switch (original) {
            case Batch batch -> new BatchStand(batch.id());
            case Pool other -> stand(other.desk(), null);
            case CallerView view -> stand(view.desk(), view.options().withoutHome());
            case PlacedHandle<?> placed -> stand(placed.object(), placed);
            case NestedPlaced<?> placed -> stand(placed.object(), placed);
            default -> {
                ObjectTarget target = PlacedProxy.target(original);
                yield target == null ? null : stand(target, original);
            }
        };
    }

    private ObjectStand stand(ObjectTarget object, Object original) {
        if (isElsewhere(object.space())) {
            throw new IllegalArgumentException(object + " is not of the pool that this is sent through, " + pool
                    + ", and means nothing on the runners of that; place one in " + pool
                    + ", or call this one from here");
        }
        if (CAPTURED.isBound()) {
            CAPTURED.get().add(original);
        }
        return new ObjectStand(pool, object.number(), object.type(), original instanceof Placed<?>);
    }

    private Stand stand(CallDesk desk, @Nullable CallOptions options) {
        if (isElsewhere(desk.space())) {
            throw new IllegalArgumentException("pool " + desk.pool() + " is not the pool that this is sent through, "
                    + pool + ", and means nothing on the runners of that; use " + pool + " in there, or call "
                    + desk.pool() + " from here");
        }
        return new Stand(pool, options);
    }

    @SuppressWarnings("ReferenceEquality") // a space is itself only, and tells one pool from another of the same name
    private boolean isElsewhere(FrameSpace other) {
        return other != space.get();
    }

    @Override
    public @Nullable Object resolve(Object read) {
        return switch (read) {
            case Stand stand -> {
                check(stand.pool);
                Pool known = here.get();
                yield stand.options == null ? known : new CallerView(known.desk(), stand.options);
            }
            case BatchStand stand -> batches.apply(stand.id);
            case ObjectStand stand -> {
                check(stand.pool());
                yield objects.read(stand);
            }
            default -> null;
        };
    }

    private void check(String name) {
        if (!name.equals(pool)) {
            throw new IllegalArgumentException("pool " + name + " means nothing in pool " + pool);
        }
    }
}
