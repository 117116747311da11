package dev.kiln.pool;

import dev.kiln.frame.spi.Scope;
import java.util.Collection;

/** A placed object as a member of a batch. It does not know the object's proxy. Any thread. */
final class BatchObject extends BatchMember {
    private final PlacedObject object;

    BatchObject(PlacedObject object) {
        this.object = object;
    }

    void join(HomeBatch batch) {
        moved(batch);
        batch.joined(this);
    }

    /** The object is over. */
    void leave() {
        HomeBatch last = batch();
        if (last != null) {
            last.left(this);
        }
    }

    /** Its calls are in the batch that is bound to their threads, else in the object's. */
    CallOptions in(CallOptions how) {
        boolean bound = Scope.bound() instanceof Batch;
        HomeBatch own = batch();
        return how.inBatch(!bound && own != null ? own.id() : "");
    }

    /** Ends all of these, with one message to each runner. */
    static void end(Collection<BatchObject> members, String why) {
        PlacedObject.closeAll(members.stream().map(member -> member.object).toList(), why);
    }

    @Override
    public void end(String why) {
        object.close(why);
    }
}
