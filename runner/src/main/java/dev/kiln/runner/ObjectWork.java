package dev.kiln.runner;

import java.io.Serializable;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * What a call has to do with an object that is placed on a runner: it travels as that call's work. An object is known by the
 * number of the call that placed it. Made by the pool, which answers for the arrays: they are not copied.
 */
@SuppressWarnings("ArrayRecordComponent") // made once, written once, never compared
public sealed interface ObjectWork extends Serializable {

    /**
     * Makes an object and keeps it, under the number of the call.
     *
     * @param type the interface by which it is called
     * @param factory makes it; not null, and a {@code type}
     * @param concurrent whether its methods may run at the same time
     * @param checkpoint what of it is to be kept, if anything: see {@link Save}
     * @param restore makes it again from that
     */
    record Place(
            Class<?> type,
            RemoteCallable<?> factory,
            boolean concurrent,
            @Nullable RemoteFunction<Object, @Nullable Object> checkpoint,
            @Nullable RemoteFunction<@Nullable Object, ?> restore)
            implements ObjectWork {}

    /**
     * Makes an object again from what was kept of it, in place of its factory.
     *
     * @param place a {@link Place} with a restore, packed as work
     * @param state what {@link Save} returned
     */
    record Restore(byte[] place, byte[] state) implements ObjectWork {}

    /**
     * Calls a method. The call ends as the method does: with its value, or with the very exception that it threw.
     *
     * @param method as {@link #signature} gives it
     */
    record Invoke(long object, String method, @Nullable Object[] arguments) implements ObjectWork {

        /** What a method is called in a message: its name and the types of what it takes and gives. */
        public static String signature(Method method) {
            return method.getName()
                    + MethodType.methodType(method.getReturnType(), method.getParameterTypes())
                            .toMethodDescriptorString();
        }
    }

    /** Packs what is to be kept of an object, between two of its methods. The call returns the bytes; they need nobody. */
    record Save(long object) implements ObjectWork {}
}
