package dev.kiln.frame;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A frame's references to the leaves of its plan: taken when it is made, given back once, by {@link Frame#close} or by
 * the cleaner, or by its scope, of which it is a member. It must not know its frame, or that would never become unreachable.
 * Any thread.
 */
final class Hold implements Runnable, ScopedHandle {
    private static final String CLOSED =
            "is closed; frames made from it before live on, so keep one of those or close it" + " later";

    private final Plan plan;
    private final Membership membership = new Membership();

    private volatile @Nullable Schema schema;
    private volatile OptionalLong rows = OptionalLong.empty();

    private Hold(Plan plan) {
        this.plan = plan;
    }

    /**
     * Takes a reference to each leaf.
     *
     * @param operand the first of those that the plan was made of, whose scope it is in if none is bound; null for none
     */
    static Hold on(Plan plan, @Nullable Hold operand) {
        retain(plan.leaves());
        return new Hold(plan).join(operand);
    }

    /** Takes over the one reference that the caller has. */
    static Hold over(Leaf leaf, @Nullable Hold operand) {
        return new Hold(new Plan.Source(leaf)).join(operand);
    }

    private Hold join(@Nullable Hold operand) {
        membership.join(this, operand == null ? null : operand.membership);
        return this;
    }

    @Override
    public Membership membership() {
        return membership;
    }

    @Override
    public List<Leaf> assets() {
        return plan.leaves();
    }

    /** The plan, with references of its own until the use is closed: ending the hold meanwhile does no harm. */
    Use use() {
        synchronized (membership) { // its end waits, so that while this hold has them all of these leaves are held
            membership.check("this frame");
            Plan now = settled(plan);
            List<Leaf> leaves = now.leaves();
            retain(leaves);
            return new Use(now, leaves);
        }
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

    /** The data itself, if it is in another process and there is nothing to do with it yet. Also after the end. */
    Optional<RemoteTable> remote() {
        return settled(plan) instanceof Plan.Source source && source.leaf() instanceof RemoteTable data
                ? Optional.of(data)
                : Optional.empty();
    }

    /** Gives the references back, the first time. */
    @Override
    public void run() {
        end(CLOSED);
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
