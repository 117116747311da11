package dev.kiln.pool;

import dev.kiln.frame.Frame;
import dev.kiln.frame.Traversable;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.Serializable;
import java.io.Writer;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.channels.Channel;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.stream.BaseStream;
import org.jspecify.annotations.Nullable;

/** Whether a placed object can be called by an interface. */
final class PlacedType {
    /** What lives where it is. */
    private static final Set<Class<?>> LIVING = Set.of(
            BaseStream.class,
            Channel.class,
            ClassLoader.class,
            CompletionStage.class,
            Executor.class,
            Flow.Publisher.class,
            Flow.Subscriber.class,
            Future.class,
            InputStream.class,
            OutputStream.class,
            Process.class,
            Reader.class,
            Thread.class,
            Writer.class);

    /** Classes that cross although Java does not serialize them. */
    private static final Set<Class<?>> CROSSING = Set.of(
            Object.class,
            Frame.class,
            Pool.class,
            Charset.class,
            Path.class,
            Optional.class,
            OptionalInt.class,
            OptionalLong.class,
            OptionalDouble.class);

    private PlacedType() {}

    /**
     * @throws IllegalArgumentException if it is no interface that a proxy can have, or one of its methods takes or returns
     *     something that can never cross, naming the method and the type
     */
    static void check(Class<?> type) {
        if (!type.isInterface() || type.isAnnotation() || type.isSealed() || type.isHidden()) {
            throw new IllegalArgumentException("place needs an interface that is not sealed, was " + type.getName()
                    + ": the object is called through a proxy, which can have nothing else");
        }
        for (Method method : type.getMethods()) {
            if (!Modifier.isStatic(method.getModifiers())) {
                check(type, method, "returns", method.getReturnType());
                for (Class<?> parameter : method.getParameterTypes()) {
                    check(type, method, "takes", parameter);
                }
            }
        }
    }

    private static void check(Class<?> type, Method method, String verb, Class<?> given) {
        Class<?> obstacle = obstacle(given);
        if (obstacle != null) {
            throw new IllegalArgumentException(
                    "place cannot use " + type.getName() + ": its method "
                            + method.getName() + " " + verb + " " + given.getTypeName() + ", and a "
                            + obstacle.getName()
                            + " cannot cross to another process; let it be a value, such as a record or something Serializable");
        }
    }

    /** The class of which no object can cross, or null: objects of other classes may, or may not. */
    private static @Nullable Class<?> obstacle(Class<?> given) {
        Class<?> type = given;
        while (type.isArray()) {
            type = type.getComponentType();
        }
        for (Class<?> living : LIVING) {
            if (living.isAssignableFrom(type)) {
                return type;
            }
        }
        boolean open = type.isInterface() || Modifier.isAbstract(type.getModifiers()); // the object's own class decides
        boolean crosses = type.isPrimitive()
                || open
                || CROSSING.contains(type)
                || type.isRecord()
                || Serializable.class.isAssignableFrom(type)
                || Traversable.class.isAssignableFrom(type);
        return crosses ? null : type;
    }
}
