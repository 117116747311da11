package dev.kiln.pool;

import dev.kiln.frame.Members;
import dev.kiln.frame.spi.Scope;
import dev.kiln.gc.BatchState;
import dev.kiln.gc.Batches;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The batches of this process, of whichever pools: {@link Batches} under a lock. What is to be released is released outside of
 * the lock, once it is no member any more, so that nothing that ends on its own at the same time waits or ends twice. Any
 * thread.
 */
final class BatchBook {
    static final BatchBook HERE = new BatchBook();

    private final Batches<Scope.Member> batches = new Batches<>(); // guarded by this, as all below
    private final Map<String, HomeBatch> open = new HashMap<>();
    private long lastNumber;

    /** @param id empty for one that is made of the name */
    synchronized HomeBatch open(String id, BatchOptions options, @Nullable HomeBatch parent) {
        String unique = id.isEmpty() ? options.name() + "-" + ++lastNumber : id;
        var batch = new HomeBatch(this, unique, options, parent, System.nanoTime());
        batches.open(unique, parent == null ? null : parent.id(), options.releasing());
        open.put(unique, batch);
        batch.watchTime();
        return batch;
    }

    synchronized Optional<HomeBatch> find(String id) {
        return Optional.ofNullable(open.get(id));
    }

    synchronized List<HomeBatch> open() {
        return List.copyOf(open.values());
    }

    /** The open batch of that id. */
    static Batch openOne(String id) {
        return HERE.find(id).orElseThrow(() -> new IllegalArgumentException("batch " + id + " has ended"));
    }

    /** The batch that a call is in: the one that it says, else the one that is bound to this thread. */
    @Nullable
    HomeBatch of(CallOptions how) {
        if (how.batch().isEmpty()) {
            return Scope.bound() instanceof HomeBatch bound ? bound : null;
        }
        return find(how.batch())
                .orElseThrow(() -> new IllegalStateException(
                        "batch " + how.batch() + " has ended and takes no more calls; open another one"));
    }

    synchronized boolean join(HomeBatch batch, Scope.Member member) {
        return batches.join(batch.id(), member);
    }

    synchronized void leave(Scope.Member member) {
        batches.leave(member);
    }

    synchronized void keep(HomeBatch batch, List<Scope.Member> members) {
        for (Scope.Member member : members) {
            if (batches.keep(batch.id(), member)) {
                member.moved(batch.parent());
            }
        }
    }

    synchronized void transfer(List<Scope.Member> members, HomeBatch to) {
        for (Scope.Member member : members) {
            batches.transfer(member, to.id());
            member.moved(to);
        }
    }

    /** The members of the batch and of those within it. */
    synchronized List<Scope.Member> members(HomeBatch batch) {
        return batches.members(batch.id());
    }

    /** The bytes behind the members, each once. */
    long bytes(HomeBatch batch) {
        Set<Object> once = new HashSet<>();
        long bytes = 0;
        for (Scope.Member member : members(batch)) {
            for (Scope.Part part : member.parts()) {
                bytes += once.add(part.what()) ? part.bytes() : 0;
            }
        }
        return bytes;
    }

    /** Ends a batch and those within it; whether it was open. */
    boolean end(HomeBatch batch, BatchState how, String why) {
        return release(batch, how, why, () -> batches.end(batch.id(), how));
    }

    void delete(HomeBatch batch) {
        release(batch, BatchState.DONE, "", () -> batches.delete(batch.id()));
    }

    private boolean release(HomeBatch batch, BatchState how, String why, Supplier<List<Scope.Member>> ending) {
        boolean first;
        List<Scope.Member> released;
        synchronized (this) {
            first = open.containsKey(batch.id());
            released = ending.get();
            long now = System.nanoTime();
            open.values().removeIf(each -> !batches.isOpen(each.id()) && each.ended(how, now));
        }
        end(released, batch.releasedWith(why));
        return first;
    }

    /** Tells each runner once what of its data is released, and once which of its objects. */
    private static void end(List<Scope.Member> released, String why) {
        List<BatchObject> objects = new ArrayList<>();
        List<Scope.Member> others = new ArrayList<>();
        for (Scope.Member member : released) {
            if (member instanceof BatchObject object) {
                objects.add(object);
            } else {
                others.add(member);
            }
        }
        BatchObject.end(objects, why);
        Members.end(others, why);
    }
}
