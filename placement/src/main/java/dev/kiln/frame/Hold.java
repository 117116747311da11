package dev.kiln.frame;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A frame's references to the leaves of its plan: taken when it is made, given back once, by {@link Frame#close} or by
 * the cleaner. It must not know its frame, or that would never become unreachable. Any thread.
 */
final class Hold implements Runnable {
    private final Plan plan;
    private boolean ended;

    private volatile @Nullable Schema schema;
    private volatile OptionalLong rows = OptionalLong.empty();

    private Hold(Plan plan) {
        this.plan = plan;
    }

    /** Takes a reference to each leaf. */
    static Hold on(Plan plan) {
        retain(plan.leaves());
        return new Hold(plan);
    }

    /** Takes over the one reference that the caller has. */
    static Hold over(Leaf leaf) {
        return new Hold(new Plan.Source(leaf));
    }

    /** The plan, with references of its own until the use is closed: ending the hold meanwhile does no harm. */
    synchronized Use use() {
        if (ended) {
            throw new IllegalStateException(
                    "this frame is closed; frames made from it before live on, so keep one of those or close it later");
        }
        Plan now = settled(plan); // while this hold has them, all of these leaves are held
        List<Leaf> leaves = now.leaves();
        retain(leaves);
        return new Use(now, leaves);
    }

    /** The plan with the data itself in the place of handles whose data has come to this process. */
    private static Plan settled(Plan plan) {
        return plan.leaves().stream().anyMatch(leaf -> settled(leaf) != leaf) ? plan.map(Hold::settled) : plan;
    }

    private static Leaf settled(Leaf leaf) {
        Table here = leaf instanceof RemoteTable remote ? remote.here() : null;
        return here == null ? leaf : here;
    }

    /** The schema, asked for once. Within a use. */
    Schema schema(Plan used) {
        Schema known = schema;
        if (known == null) {
            known = Place.of(used).describe(used);
            schema = known;
        }
        return known;
    }

    /** The number of rows, counted once. Within a use. */
    long count(Plan used) {
        if (rows.isEmpty()) {
            rows = OptionalLong.of(Place.of(used).count(used));
        }
        return rows.getAsLong();
    }

    /** The number of rows as far as it is known. */
    OptionalLong counted() {
        return rows.isPresent() ? rows : plan.rows();
    }

    /** The names, of which {@link Plan#names} alone may not know. Within a use. */
    List<String> names(Plan used) {
        List<String> known = used.names();
        return known.isEmpty()
                ? schema(used).getFields().stream().map(Field::getName).toList()
                : known;
    }

    /** The name of the process that the data is in. Also after the end. */
    String place() {
        return Place.of(settled(plan)).name();
    }

    /** The data itself, if it is in another process and there is nothing to do with it yet. */
    Optional<RemoteTable> remote() {
        return plan instanceof Plan.Source source && source.leaf() instanceof RemoteTable data
                ? Optional.of(data)
                : Optional.empty();
    }

    /** Gives the references back, the first time. */
    @Override
    public void run() {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
        }
        plan.leaves().forEach(Leaf::release);
    }

    private static void retain(List<Leaf> leaves) {
        for (int i = 0; i < leaves.size(); i++) {
            try {
                leaves.get(i).retain();
            } catch (Throwable t) {
                leaves.subList(0, i).forEach(Leaf::release);
                throw t;
            }
        }
    }

    /** The time of one operation on the leaves. */
    record Use(Plan plan, List<Leaf> leaves) implements AutoCloseable {
        @Override
        public void close() {
            leaves.forEach(Leaf::release);
        }
    }
}
