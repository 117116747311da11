package dev.kiln.gc;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was made together and goes together: a tree of batches and their members, which are handles, placed objects, calls.
 *
 * <pre>{@code
 * batches.open("nightly", null, true);
 * batches.join("nightly", handle);                    // for each thing that is made in it
 * batches.keep("nightly", wanted);                    // moves to the batch around it, or out
 * batches.end("nightly", BatchState.DONE).forEach(this::release);
 * handles.flush().forEach(this::send);                // one Update per owner, however many handles it had
 * }</pre>
 *
 * <p>A member is in one batch at most. It leaves by being released, by ending on its own ({@link #leave}), or by moving:
 * {@link #keep}, {@link #transfer}. A batch is released as a whole: with it go the batches within it, the innermost first,
 * and what those had kept for it. Each member is handed out for release once, by whichever call comes first.
 *
 * <p>What a batch kept it remembers, also when it has ended, for {@link #delete}: until that thing is released or ends on its
 * own, or somebody else keeps or transfers it. A batch without automatic release keeps all it has when it ends. An ended
 * batch that has kept nothing is forgotten, so that the memory here is bounded by what is open or alive.
 *
 * <p><b>Why the end of a batch frees nothing that is still named elsewhere.</b> A member that is a handle is one count among
 * others on its resource ({@link Handles}), and a message that names the resource has a hold of its own ({@link Holdings}):
 * releasing the member takes away its own count and no other. Two batches with handles on one resource do not meet here.
 *
 * <p>Not thread-safe; no I/O, no clock. Every call takes time linear in what it moves or hands out.
 *
 * @param <M> what members are, told apart by {@code equals}
 */
public final class Batches<M> {
    private final Map<String, Node<M>> nodes = new HashMap<>();
    private final Map<M, Seat<M>> seats = new HashMap<>();

    private static final class Node<M> {
        final String id;
        final @Nullable Node<M> parent;
        final boolean releases;
        final Set<Node<M>> children = new LinkedHashSet<>();
        final Set<M> members = new LinkedHashSet<>();
        final Set<M> kept = new LinkedHashSet<>();
        private BatchState state = BatchState.OPEN;

        Node(String id, @Nullable Node<M> parent, boolean releases) {
            this.id = id;
            this.parent = parent;
            this.releases = releases;
        }

        BatchState state() {
            return state;
        }

        void move(BatchState next) {
            if (!state.leadsTo(next)) {
                throw new IllegalStateException("batch " + id + " is " + state + " and cannot become " + next);
            }
            state = next;
        }
    }

    /**
     * Where a member is.
     *
     * @param batch the batch that it ends with; null for none
     * @param keeper the batch that kept it last; null for none
     */
    private record Seat<M>(
            @Nullable Node<M> batch, @Nullable Node<M> keeper) {}

    /**
     * Opens a batch.
     *
     * @param id of none that is open, nor of one that has ended and kept something
     * @param parent the open batch that it is within; null for none
     * @param releases whether its members are released when it ends; if not, it keeps them
     * @throws IllegalStateException if the id is taken, or the parent is not open
     */
    public void open(String id, @Nullable String parent, boolean releases) {
        if (nodes.containsKey(id)) {
            throw new IllegalStateException("there is a batch " + id + " already; end it, or choose another id");
        }
        Node<M> around = parent == null ? null : openNode(parent);
        Node<M> node = new Node<>(id, around, releases);
        nodes.put(id, node);
        if (around != null) {
            around.children.add(node);
        }
    }

    /**
     * Something was made in a batch.
     *
     * @param member that is in no batch yet
     * @return false if the batch is not open: the member is in none then, and is to be released at once
     */
    public boolean join(String id, M member) {
        Node<M> node = nodes.get(id);
        if (node == null || node.state() != BatchState.OPEN) {
            return false;
        }
        if (seats.containsKey(member)) {
            throw new IllegalStateException(member + " is in a batch already; transfer it");
        }
        seat(member, node, null);
        return true;
    }

    /** A member has ended on its own. Nothing happens if it is none, or was handed out for release. */
    public void leave(M member) {
        unseat(member);
    }

    /**
     * Moves a member of a batch, or of one within it, to the batch around that, or out if there is none.
     *
     * @return whether it has moved: not if it is somewhere else, where it ends at another time anyway
     * @throws IllegalStateException if the batch is not open
     */
    public boolean keep(String id, M member) {
        Node<M> node = openNode(id);
        Seat<M> seat = seats.get(member);
        if (seat == null || !isWithin(seat.batch(), node)) {
            return false;
        }
        seat(member, node.parent, node);
        return true;
    }

    /**
     * Moves something to another batch, wherever it was. Who kept it before has no part in it any more.
     *
     * @throws IllegalStateException if that batch is not open; nothing has changed then
     */
    public void transfer(M member, String to) {
        seat(member, openNode(to), null);
    }

    /**
     * Ends a batch and those within it in the same way.
     *
     * @return what is to be released, each member once, the innermost first; empty if it is not open any more
     */
    public List<M> end(String id, BatchState how) {
        List<M> released = new ArrayList<>();
        Node<M> node = nodes.get(id);
        if (node != null && node.state() == BatchState.OPEN) {
            end(node, how, released);
        }
        return released;
    }

    /**
     * Ends a batch, if it is open, and releases what it has kept, too.
     *
     * @return what is to be released, as for {@link #end}
     */
    public List<M> delete(String id) {
        List<M> released = new ArrayList<>();
        Node<M> node = nodes.get(id);
        if (node == null) {
            return released;
        }
        if (node.state() == BatchState.OPEN) {
            end(node, BatchState.DONE, released);
        }
        for (M member : List.copyOf(node.kept)) {
            unseat(member);
            released.add(member);
        }
        return released;
    }

    /** Whether a batch of that id is open. */
    public boolean isOpen(String id) {
        Node<M> node = nodes.get(id);
        return node != null && node.state() == BatchState.OPEN;
    }

    /** The batch that this ends with. */
    public Optional<String> batchOf(M member) {
        Seat<M> seat = seats.get(member);
        return seat == null || seat.batch() == null ? Optional.empty() : Optional.of(seat.batch().id);
    }

    /** The members of an open batch and of those within it; empty for one that is not open. */
    public List<M> members(String id) {
        List<M> all = new ArrayList<>();
        Node<M> node = nodes.get(id);
        if (node != null) {
            collect(node, all);
        }
        return all;
    }

    /** How many batches are open, or have ended and are remembered for what they kept. */
    public int size() {
        return nodes.size();
    }

    /** How many members are in a batch, or were kept by one that is remembered. */
    public int memberCount() {
        return seats.size();
    }

    private void end(Node<M> node, BatchState how, List<M> released) {
        for (Node<M> child : List.copyOf(node.children)) {
            end(child, how, released);
        }
        node.move(how);
        for (M member : List.copyOf(node.members)) {
            if (node.releases) {
                unseat(member);
                released.add(member);
            } else {
                seat(member, node.parent, node);
            }
        }
        if (node.parent != null) {
            node.parent.children.remove(node);
        }
        forgetIfDone(node);
    }

    private void seat(M member, @Nullable Node<M> batch, @Nullable Node<M> keeper) {
        unseat(member);
        if (batch == null && keeper == null) {
            return;
        }
        seats.put(member, new Seat<>(batch, keeper));
        if (batch != null) {
            batch.members.add(member);
        }
        if (keeper != null) {
            keeper.kept.add(member);
        }
    }

    private void unseat(M member) {
        Seat<M> seat = seats.remove(member);
        if (seat == null) {
            return;
        }
        if (seat.batch() != null) {
            seat.batch().members.remove(member);
        }
        if (seat.keeper() != null) {
            seat.keeper().kept.remove(member);
            forgetIfDone(seat.keeper());
        }
    }

    private void forgetIfDone(Node<M> node) {
        if (node.state() != BatchState.OPEN && node.kept.isEmpty()) {
            nodes.remove(node.id, node);
        }
    }

    private boolean isWithin(@Nullable Node<M> batch, Node<M> outer) {
        for (Node<M> each = batch; each != null; each = each.parent) {
            if (each.equals(outer)) {
                return true;
            }
        }
        return false;
    }

    private void collect(Node<M> node, List<M> all) {
        node.children.forEach(child -> collect(child, all));
        all.addAll(node.members);
    }

    private Node<M> openNode(String id) {
        Node<M> node = nodes.get(id);
        if (node == null || node.state() != BatchState.OPEN) {
            throw new IllegalStateException("batch " + id + " is not open"
                    + (node == null ? "" : ", it is " + node.state()) + "; open another one");
        }
        return node;
    }
}
