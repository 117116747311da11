package dev.kiln.runner;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * An object that was placed here. What is done with it has its turn, in order of arrival: methods one at a time, or, if it is
 * concurrent, all together. Its end is alone in either case.
 */
final class HostedObject {
    private static final System.Logger LOG = System.getLogger(HostedObject.class.getName());
    private static final ClassValue<Map<String, Method>> METHODS = new ClassValue<>() {
        @Override
        protected Map<String, Method> computeValue(Class<?> type) {
            Map<String, Method> methods = new HashMap<>();
            for (Method method : type.getMethods()) {
                if (!Modifier.isStatic(method.getModifiers())) {
                    method.trySetAccessible(); // the interface need not be public
                    methods.put(ObjectWork.Invoke.signature(method), method);
                }
            }
            return Map.copyOf(methods);
        }
    };

    private final long number;
    private final String runner;
    private final Object object;
    private final Class<?> type;
    private final @Nullable RemoteFunction<Object, @Nullable Object> checkpoint;
    private final ReentrantReadWriteLock turns = new ReentrantReadWriteLock(true);
    private final Lock turn;
    private volatile boolean moved; // written in a turn that is alone, so that each turn finds it as it stays
    private final AtomicBoolean released = new AtomicBoolean();

    /** What is done in an object's turn. */
    interface Deed<T extends @Nullable Object> {
        T on(Object object) throws Exception;
    }

    private HostedObject(long number, String runner, Object object, ObjectRecipe recipe) {
        this.number = number;
        this.runner = runner;
        this.object = object;
        this.type = recipe.type();
        this.checkpoint = recipe.checkpoint();
        this.turn = recipe.concurrent() ? turns.readLock() : turns.writeLock();
    }

    /** @param made what the recipe's factory or restore function, the {@code maker}, has returned */
    static HostedObject of(long number, String runner, ObjectRecipe recipe, @Nullable Object made, String maker) {
        String type = recipe.type().getName();
        if (made == null) {
            throw new IllegalArgumentException("the " + maker + " of a placed " + type + " returned null");
        }
        if (!recipe.type().isInstance(made)) {
            throw new IllegalArgumentException("the " + maker + " of a placed " + type + " returned a "
                    + made.getClass().getName() + ", which does not implement it");
        }
        return new HostedObject(number, runner, made, recipe);
    }

    long number() {
        return number;
    }

    /** Does something when it is its turn; an interrupt ends the waiting. A deed may call the object again. */
    <T extends @Nullable Object> T inTurn(Deed<T> deed) throws Exception {
        turn.lockInterruptibly();
        try {
            if (moved) {
                throw new ObjectMoved(number, runner);
            }
            return deed.on(object);
        } finally {
            turn.unlock();
        }
    }

    /** Does the last thing, alone; what comes after it finds that the object has moved. */
    <T> T asLast(Deed<T> deed) throws Exception {
        turns.writeLock().lockInterruptibly();
        try {
            T done = deed.on(object);
            moved = true;
            return done;
        } finally {
            turns.writeLock().unlock();
        }
    }

    /** Calls a method of the object, which must be in its turn. */
    @Nullable
    Object call(String signature, @Nullable Object[] arguments) throws Exception {
        Method method = METHODS.get(type).get(signature);
        if (method == null) {
            throw new NoSuchMethodException(type.getName() + " has no method " + signature + " on this runner");
        }
        try {
            return method.invoke(object, arguments);
        } catch (InvocationTargetException e) {
            switch (e.getCause()) {
                case Exception failure -> throw failure;
                case Error error -> throw error;
                case null, default -> throw e;
            }
        }
    }

    /** What is to be kept of the object, which must be in its turn. */
    @Nullable
    Object state() throws Exception {
        if (checkpoint == null) {
            throw new IllegalStateException("this " + type.getName() + " was placed without checkpoint and restore");
        }
        return checkpoint.apply(object);
    }

    /** Whether it may be worked with. */
    boolean isHere() {
        return !moved && !released.get();
    }

    /** Whether it is to go. */
    boolean released() {
        return released.get();
    }

    /** It is to go; whether this was the first to say so. */
    boolean release() {
        return released.compareAndSet(false, true);
    }

    /** Closes the object, if it can be closed, after everything that had begun to wait for its turn. */
    void close() {
        try {
            turns.writeLock().lockInterruptibly();
            try {
                if (object instanceof AutoCloseable closeable) {
                    closeable.close();
                }
            } finally {
                turns.writeLock().unlock();
            }
        } catch (Exception | Error e) { // the user's code, for which nobody waits
            LOG.log(System.Logger.Level.WARNING, "closing a placed " + type.getName() + " failed", e);
        }
    }
}
