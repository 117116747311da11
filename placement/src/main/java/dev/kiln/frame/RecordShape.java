package dev.kiln.frame;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.time.temporal.Temporal;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The parts of a record class: read from its fields, put together by its canonical constructor. Any thread. */
final class RecordShape {

    private static final ClassValue<Optional<RecordShape>> SHAPES = new ClassValue<>() {
        @Override
        protected Optional<RecordShape> computeValue(Class<?> type) {
            return Optional.ofNullable(make(type));
        }
    };

    private final Class<?> type;
    private final Field[] fields;
    private final Constructor<?> constructor;
    private final char[] codes;
    private final boolean flat;

    private RecordShape(Class<?> type, Field[] fields, Constructor<?> constructor) {
        this.type = type;
        this.fields = fields;
        this.constructor = constructor;
        this.codes = new char[fields.length];
        boolean allFlat = true;
        for (int i = 0; i < fields.length; i++) {
            Class<?> component = fields[i].getType();
            codes[i] = component.isPrimitive() ? component.descriptorString().charAt(0) : 0;
            allFlat &= isFlat(component);
        }
        this.flat = allFlat;
    }

    /**
     * The shape of a record class; null if Java serialization has to do, since the class has a {@code readResolve} of its
     * own or its module is closed to us.
     */
    static @Nullable RecordShape of(Class<?> type) {
        return SHAPES.get(type).orElse(null);
    }

    private static @Nullable RecordShape make(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        if (components == null) {
            return null;
        }
        try {
            for (Method method : type.getDeclaredMethods()) {
                if (method.getName().equals("readResolve")) {
                    return null;
                }
            }
            Field[] fields = new Field[components.length];
            Class<?>[] types = new Class<?>[components.length];
            for (int i = 0; i < components.length; i++) {
                fields[i] = type.getDeclaredField(components[i].getName());
                fields[i].setAccessible(true);
                types[i] = components[i].getType();
            }
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return new RecordShape(type, fields, constructor);
        } catch (NoSuchFieldException | NoSuchMethodException | InaccessibleObjectException e) {
            return null;
        } catch (LinkageError e) {
            return null; // a native executable in which the class is registered for serialization, but not for
            // reflection
        }
    }

    /** Whether no value of this type can lead back to what holds it. */
    static boolean isFlat(Class<?> type) {
        return type.isPrimitive()
                || type == String.class
                || type == Class.class
                || type == UUID.class
                || type.isEnum()
                || (type.isArray() && type.getComponentType().isPrimitive())
                || (type == Boolean.class || type == Character.class)
                || (Number.class.isAssignableFrom(type) && Route.ofJdk(type))
                || (Temporal.class.isAssignableFrom(type) && Modifier.isFinal(type.getModifiers()) && Route.ofJdk(type))
                || type == Frame.class
                || type == Series.class;
    }

    /** Whether no record of this class can be part of a cycle. */
    boolean flat() {
        return flat;
    }

    Class<?> type() {
        return type;
    }

    int size() {
        return fields.length;
    }

    String name(int component) {
        return fields[component].getName();
    }

    boolean isPrimitive(int component) {
        return codes[component] != 0;
    }

    /** The letter of a primitive component's type, as in class files. */
    char code(int component) {
        return codes[component];
    }

    @Nullable
    Object get(Object rec, int component) {
        try {
            return fields[component].get(rec);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("made accessible, but is not: " + fields[component], e);
        }
    }

    Object make(@Nullable Object[] values) throws IOException {
        try {
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            throw refused(Objects.requireNonNullElse(e.getCause(), e));
        } catch (InstantiationException | IllegalAccessException | IllegalArgumentException e) {
            throw refused(e);
        }
    }

    private IOException refused(Throwable cause) {
        var failure =
                new InvalidObjectException("the constructor of " + type.getName() + " refused its values: " + cause);
        failure.initCause(cause);
        return failure;
    }
}
