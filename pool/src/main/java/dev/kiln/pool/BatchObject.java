package dev.kiln.pool;

import dev.kiln.frame.spi.Scope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A placed object as a member of a batch. It does not know the object's proxy. Any thread. */
final class BatchObject implements Scope.Member {
    private final PlacedObject object;
    private volatile @Nullable Scope scope;

    BatchObject(PlacedObject object) {
        this.object = object;
    }

    void join(HomeBatch batch) {
        scope = batch;
        batch.joined(this);
    }

    /** The object is over. */
    void leave() {
        Scope last = scope;
        if (last != null) {
            last.left(this);
        }
    }

    /** Its calls are in the batch that is bound to their threads, else in the object's. */
    CallOptions in(CallOptions how) {
        boolean bound = Scope.bound() instanceof Batch;
        return how.inBatch(!bound && scope instanceof HomeBatch batch ? batch.id() : "");
    }

    @Override
    public List<Scope.Part> parts() {
        return List.of();
    }

    @Override
    public void moved(@Nullable Scope to) {
        scope = to;
    }

    @Override
    public void end(String why) {
        object.close(why);
    }
}
