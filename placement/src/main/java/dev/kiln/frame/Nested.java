package dev.kiln.frame;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Finds everything in a structure. Goes where the codec goes: containers, arrays, records, fields; cycles end. */
final class Nested {
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Deque<Object> open = new ArrayDeque<>();

    private final Consumer<Object> met;

    private Nested(Consumer<Object> met) {
        this.met = met;
    }

    /** Closes every frame, resident and series. */
    static void close(@Nullable Object root) {
        each(root, met -> {
            switch (met) {
                case Frame frame -> frame.close();
                case Resident<?> resident -> resident.close();
                case Series series -> series.close();
                default -> {}
            }
        });
    }

    /** Tells each thing once: those that hold others, frames, and what else can have an identity that matters. */
    static void each(@Nullable Object root, Consumer<Object> met) {
        Nested nested = new Nested(met);
        nested.meet(root);
        while (!nested.open.isEmpty()) {
            nested.visit(nested.open.pop());
        }
    }

    private void meet(@Nullable Object value) {
        if (value != null && !isPlain(value.getClass()) && seen.add(value)) {
            open.push(value);
        }
    }

    private void visit(Object value) {
        met.accept(value);
        switch (value) {
            case Map<?, ?> map ->
                map.forEach((key, element) -> {
                    meet(key);
                    meet(element);
                });
            case Collection<?> elements -> elements.forEach(this::meet);
            case Optional<?> optional -> optional.ifPresent(this::meet);
            case AtomicReference<?> reference -> meet(reference.get());
            case AtomicReferenceArray<?> array -> {
                for (int i = 0; i < array.length(); i++) {
                    meet(array.get(i));
                }
            }
            case Map.Entry<?, ?> entry -> {
                meet(entry.getKey());
                meet(entry.getValue());
            }
            case Object[] array -> Arrays.asList(array).forEach(this::meet);
            default -> {}
        }
        // anything else that can be closed looks after its own frames
        if (!(value instanceof AutoCloseable)) {
            fields(value);
        }
    }

    /** Fields of the user's own types; those of the JDK's are closed to us, and hold no frames that are not met above. */
    private void fields(Object value) {
        for (Class<?> type = value.getClass(); type != null && !isJdk(type); type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !isPlain(field.getType()) && field.trySetAccessible()) {
                    meet(read(field, value));
                }
            }
        }
    }

    private static @Nullable Object read(Field field, Object value) {
        try {
            return field.get(value);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(field + " has just been made accessible", e);
        }
    }

    private static boolean isJdk(Class<?> type) {
        return type.getClassLoader() == null;
    }

    private static boolean isPlain(Class<?> type) {
        return type.isPrimitive()
                || Enum.class.isAssignableFrom(type)
                || (type.isArray() && type.getComponentType().isPrimitive())
                || type == String.class
                || type == Class.class
                || (Number.class.isAssignableFrom(type) && isJdk(type));
    }
}
