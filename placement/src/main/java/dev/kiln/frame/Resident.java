package dev.kiln.frame;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.Objects;

/**
 * A value that stays in the process where it is, such as a loaded model or an open index: a handle on it travels in its
 * place, and it is kept for as long as any process has one.
 *
 * <pre>{@code
 * Resident<Model> model = pool.call(() -> Resident.of(Model.load(path)));      // any class: it does not cross
 * double score = pool.near(model).call(() -> model.get().score(row));          // runs where the model is
 * model.close();                                                               // lets go of it over there
 * }</pre>
 *
 * <p>What holds for a frame in a result holds for a resident: nested anywhere in what a closure returns, it stays on its
 * runner; it takes no slot and keeps the runner alive; it is let go of by {@link #close}, by {@link Frame#closeAll}, by
 * the garbage collector, and when its holder dies. Captured by a closure that runs where it lives it <em>is</em> the local
 * object; elsewhere it is a handle that can be passed on and kept, but not looked into. A resident of this process that
 * a closure captures goes along by value, as a frame does, and must be able to cross then.
 *
 * <p>A value that is {@link AutoCloseable} is closed when its last holder is gone, on a thread of its own: keep a handle
 * reachable while you use the value. A runner that ends in order closes the values that are still held, and waits some
 * seconds for that; one that is killed cannot.
 *
 * <p>Immutable, thread-safe (which says nothing of the value), identity equality.
 *
 * @param <T> what it is
 */
public final class Resident<T> implements AutoCloseable, Serializable {

    private static final long serialVersionUID = 1L;

    /** What is said to other serializers. */
    static final String OUTSIDE = "a resident crosses only inside a Kiln call";

    private final transient Grip grip;
    private final transient Cleaner.Cleanable cleanable;

    private Resident(Grip grip) {
        this.grip = grip;
        this.cleanable = Upkeep.CLEANER.register(this, grip);
    }

    /**
     * Lets a value of this process stay here.
     *
     * @param value not null; if it is {@link AutoCloseable}, closed when nobody holds it any more
     */
    public static <T> Resident<T> of(T value) {
        return new Resident<>(Grip.over(new LocalValue(Objects.requireNonNull(value, "value"))));
    }

    /** A handle on a value; takes a reference to it. */
    static Resident<?> on(ResidentValue value) {
        value.retain();
        return new Resident<>(Grip.over(value));
    }

    /** A handle that has been closed. */
    static Resident<?> closed() {
        Resident<?> closed = of("closed");
        closed.close();
        return closed;
    }

    /**
     * The value, where it lives.
     *
     * @throws IllegalStateException if it lives in another process, or this handle is closed
     * @throws FrameLost if it lived in another process, and is gone
     */
    @SuppressWarnings("unchecked") // what was given to of(), here or, by value or by name, in the handle's first life
    public T get() {
        try {
            return switch (grip.use()) {
                case LocalValue here -> (T) here.value();
                case RemoteValue there -> {
                    there.check();
                    throw new IllegalStateException(there + " lives on " + there.owner() + ", not here: use it in a"
                            + " closure that is sent there, pool.near(resident).call(() -> resident.get()…)");
                }
            };
        } finally {
            Reference.reachabilityFence(this); // the cleaner must not end it meanwhile
        }
    }

    /** Names this resident in logs: where it lives, and a number that nothing else has there. Also after close. */
    public String id() {
        return grip.value().id();
    }

    /** The name of the process that it lives in, {@code local} for this one. Also after close. */
    public String owner() {
        return grip.value().owner();
    }

    /** Whether it lives in another process. Also after close. */
    public boolean isRemote() {
        return grip.value() instanceof RemoteValue;
    }

    /**
     * What is behind this handle.
     *
     * @throws IllegalStateException if it is closed
     */
    ResidentValue value() {
        return grip.use();
    }

    /** This handle as its scope knows it. */
    Grip grip() {
        return grip;
    }

    /** Ends this handle. The value goes with the last one. Any number of times, any thread. */
    @Override
    public void close() {
        cleanable.clean();
    }

    /** Where it lives and what class it is of; the value itself is not asked. */
    @Override
    public String toString() {
        return "Resident " + id() + " (" + grip.value().type() + ")"
                + (grip.membership().isEnded() ? " (closed)" : "");
    }

    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException(OUTSIDE);
    }
}
