package dev.kiln.frame;

import java.io.Serializable;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** How the objects of a class cross. Depends on nothing but the class. */
enum Route {
    /** Left to Java serialization, which may refuse. */
    AS_IS,
    /** An array of numbers: a large one through shared memory, if the other side may be able to map it; see {@link LargeArray}. */
    NUMBERS,
    /** A class of the user, left to Java serialization unless the room above replaces it. */
    USER,
    /** {@link Frame}. */
    FRAME,
    /** {@link Series}, through {@link SeriesMark}. */
    SERIES,
    /** {@link Resident}. */
    RESIDENT,
    /** {@link Asset}. */
    ASSET,
    /** A record, through {@link RecordBox}. */
    RECORD,
    /** A value of the JDK that is not serializable, through {@link JdkBox}. */
    BOXED,
    /** A view on a collection of the JDK, such as {@code map.values()}: as a serializable copy. */
    COPIED,
    /** {@link Traversable}. */
    TRAVERSABLE,
    /** A stand-in for an object that exists only once it has been read completely, through {@link Whole}. */
    WHOLE,
    /** An exception of the JDK or of the user. */
    THROWABLE;

    private static final ClassValue<Route> ROUTES = new ClassValue<>() {
        @Override
        protected Route computeValue(Class<?> type) {
            return classify(type);
        }
    };

    static Route of(Class<?> type) {
        return ROUTES.get(type);
    }

    /** Whether a class comes with the JDK. */
    static boolean ofJdk(Class<?> type) {
        ClassLoader loader = type.getClassLoader();
        return loader == null || loader.equals(ClassLoader.getPlatformClassLoader());
    }

    private static Route classify(Class<?> type) {
        if (LargeArray.isSupported(type)) {
            return NUMBERS;
        }
        if (type.isArray() || Enum.class.isAssignableFrom(type) || Box.class.isAssignableFrom(type)) {
            return AS_IS;
        }
        if (type == Frame.class) {
            return FRAME;
        }
        if (type == Series.class) {
            return SERIES;
        }
        if (type == Resident.class) {
            return RESIDENT;
        }
        if (Asset.class.isAssignableFrom(type)) {
            return ASSET;
        }
        if (type == SerializedLambda.class || type.getName().equals("java.util.CollSer")) {
            return WHOLE;
        }
        if (Traversable.class.isAssignableFrom(type)) {
            return TRAVERSABLE;
        }
        if (isBoxed(type)) {
            return BOXED;
        }
        if (type.isRecord()) {
            return isBoxedRecord(type) ? RECORD : USER;
        }
        if (Throwable.class.isAssignableFrom(type)) {
            return THROWABLE;
        }
        if (ofJdk(type)) {
            return isView(type) ? COPIED : AS_IS;
        }
        return USER;
    }

    /** Java's own way is faster where it works. */
    private static boolean isBoxedRecord(Class<?> type) {
        RecordShape shape = RecordShape.of(type);
        return shape != null && !(shape.flat() && Serializable.class.isAssignableFrom(type));
    }

    private static boolean isBoxed(Class<?> type) {
        return type == Optional.class
                || type == OptionalInt.class
                || type == OptionalLong.class
                || type == OptionalDouble.class
                || ByteBuffer.class.isAssignableFrom(type)
                || Path.class.isAssignableFrom(type)
                || Charset.class.isAssignableFrom(type);
    }

    /** No field can have the type of a class that is not public, so a copy of another class fits wherever the view did. */
    private static boolean isView(Class<?> type) {
        return !Serializable.class.isAssignableFrom(type)
                && !Modifier.isPublic(type.getModifiers())
                && (Collection.class.isAssignableFrom(type)
                        || Map.class.isAssignableFrom(type)
                        || Map.Entry.class.isAssignableFrom(type));
    }
}
