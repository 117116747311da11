package dev.kiln.pool;

import dev.kiln.frame.RemoteFailure;
import dev.kiln.runner.ObjectWork.Invoke;
import java.lang.ref.Reference;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes calls of a proxy's methods. */
final class PlacedProxy implements InvocationHandler {
    private static final Object[] NOTHING = {};

    private final ObjectTarget object;

    private PlacedProxy(ObjectTarget object) {
        this.object = object;
    }

    static <S> S of(Class<S> type, ObjectTarget object) {
        // The class of a proxy for one of the JDK's interfaces is Kiln's, so that it travels as others do.
        ClassLoader loader = ofJdk(type) ? PlacedProxy.class.getClassLoader() : type.getClassLoader();
        return type.cast(Proxy.newProxyInstance(loader, new Class<?>[] {type}, new PlacedProxy(object)));
    }

    /** What a proxy is for; null if that is no proxy of a placed object. */
    static @Nullable ObjectTarget target(Object proxy) {
        return Proxy.isProxyClass(proxy.getClass()) && Proxy.getInvocationHandler(proxy) instanceof PlacedProxy placed
                ? placed.object
                : null;
    }

    private static boolean ofJdk(Class<?> type) {
        ClassLoader loader = type.getClassLoader();
        return loader == null || loader.equals(ClassLoader.getPlatformClassLoader());
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return ofObject(proxy, method, arguments);
        }
        try {
            return object.call(
                    new Invoke(object.number(), Invoke.signature(method), arguments == null ? NOTHING : arguments));
        } catch (CallFailed failed) {
            throw thrown(method, failed);
        } finally {
            Reference.reachabilityFence(proxy); // or the object might be let go under its own method
        }
    }

    private Object ofObject(Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
        return switch (method.getName()) {
            case "equals" -> arguments != null && isSame(proxy, arguments[0]);
            case "hashCode" -> System.identityHashCode(proxy);
            default -> object.toString();
        };
    }

    @SuppressWarnings("ReferenceEquality") // identity is what a proxy is equal by
    private static boolean isSame(Object proxy, @Nullable Object other) {
        return proxy == other;
    }

    /** What the method threw over there, if it may throw that here too: with the stacks of both sides. */
    private static Throwable thrown(Method method, CallFailed failed) {
        Throwable own = failed.getCause();
        if (own == null || !mayThrow(method, own)) {
            return failed;
        }
        var border = new StackTraceElement("--- " + failed.getMessage() + "; called here:", "---", null, -1);
        own.setStackTrace(
                Stream.of(Stream.of(own.getStackTrace()), Stream.of(border), Stream.of(failed.getStackTrace()))
                        .flatMap(elements -> elements)
                        .toArray(StackTraceElement[]::new));
        return own;
    }

    private static boolean mayThrow(Method method, Throwable own) {
        return switch (own) {
            case RemoteFailure _ -> false; // only a picture of what it threw
            case VirtualMachineError _ -> false; // it says nothing of the JVM that it would be thrown in
            case RuntimeException _, Error _ -> true;
            default -> Stream.of(method.getExceptionTypes()).anyMatch(type -> type.isInstance(own));
        };
    }
}
