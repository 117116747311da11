package dev.kiln.runner;

import java.io.Serializable;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * What a call has to do with an object that is placed on a runner: it travels as that call's work. An object keeps its number
 * wherever it is. Made by the pool, which answers for the arrays: they are not copied.
 */
@SuppressWarnings("ArrayRecordComponent") // made once, written once, never compared
public sealed interface ObjectWork extends Serializable {

    /**
     * Makes an object and keeps it: in the call's slot, until {@link dev.kiln.runner.wire.Message.Release} names the call.
     *
     * @param object its number
     * @param recipe an {@link ObjectRecipe}, packed as work
     * @param state what {@link Save} returned, to restore the object from it; null to run the factory
     */
    record Make(long object, byte[] recipe, byte @Nullable [] state) implements ObjectWork {}

    /**
     * Calls a method. The call ends as the method does, with its value or the very exception that it threw; or with {@link
     * ObjectMoved}.
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

    /**
     * Packs what is to be kept of an object, between two of its methods. The call returns the bytes; they need nobody.
     *
     * @param last whether the object moves: nothing is done with it here after that
     */
    record Save(long object, boolean last) implements ObjectWork {}
}
