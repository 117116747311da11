package dev.kiln.frame;

import dev.kiln.frame.spi.Substitution;
import java.io.ObjectStreamClass;
import java.io.ObjectStreamField;
import java.io.Serializable;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What the codec would write of an object, in its order, as far as reflection can tell: for explanations only. One thread.
 *
 * @param steps the parts
 * @param late whether the object can only be made after all its parts, so that they may not refer to it
 * @param opaque whether there may be parts that cannot be seen
 */
record Parts(List<Step> steps, boolean late, boolean opaque) {

    private static final Parts NONE = new Parts(List.of(), false, false);
    private static final Parts HIDDEN = new Parts(List.of(), false, true);

    /**
     * A part.
     *
     * @param name how the path goes on; see {@link #joined}
     */
    record Step(String name, @Nullable Object value) {

        /** The path with this step: {@code a.b}, {@code a[3]}, {@code a: map value for key "b"}. */
        String joined(String before) {
            if (before.isEmpty() || name.isEmpty()) {
                return before + name;
            }
            return before + (name.startsWith("[") ? "" : name.contains(" ") ? ": " : ".") + name;
        }
    }

    static Parts of(Object value, Substitution substitution) {
        return switch (Route.of(value.getClass())) {
            case FRAME, SERIES, RESIDENT, ASSET, NUMBERS -> NONE;
            case TRAVERSABLE -> only("", ((Traversable) value).traversal());
            case BOXED -> value instanceof Optional<?> optional ? only("value", optional.orElse(null)) : NONE;
            case COPIED -> collection(value, false);
            case RECORD -> ofRecord(value, substitution);
            case AS_IS, USER, THROWABLE, WHOLE -> ofPlain(value, substitution);
        };
    }

    /** Of something that can only be made after its one part. */
    static Parts only(String name, @Nullable Object part) {
        return new Parts(List.of(new Step(name, part)), true, false);
    }

    private static Parts ofRecord(Object value, Substitution substitution) {
        RecordShape shape = RecordShape.of(value.getClass());
        if (shape == null || substitution.replace(value) != null) {
            return HIDDEN;
        }
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < shape.size(); i++) {
            steps.add(new Step(shape.name(i), shape.get(value, i)));
        }
        return new Parts(steps, true, false);
    }

    private static Parts ofPlain(Object value, Substitution substitution) {
        Class<?> type = value.getClass();
        if (value instanceof Object[] array) {
            List<Step> steps = new ArrayList<>();
            for (int i = 0; i < array.length; i++) {
                steps.add(new Step("[" + i + "]", array[i]));
            }
            return new Parts(steps, false, false);
        }
        if (RecordShape.isFlat(type) || value instanceof Enum<?>) {
            return NONE;
        }
        if (!Route.ofJdk(type)) {
            if (substitution.replace(value) != null) {
                return HIDDEN;
            }
            Object replaced = writeReplaced(value);
            if (replaced instanceof SerializedLambda lambda) {
                return captures(lambda);
            }
            return replaced == null ? fields(value) : only("", replaced);
        }
        if (value instanceof Collection<?> || value instanceof Map<?, ?> || value instanceof Map.Entry<?, ?>) {
            return collection(value, type.getName().startsWith("java.util.ImmutableCollections"));
        }
        if (value instanceof AtomicReference<?> reference) {
            return new Parts(List.of(new Step("value", reference.get())), false, false);
        }
        return value instanceof Throwable ? fields(value) : HIDDEN;
    }

    private static Parts captures(SerializedLambda lambda) {
        // javac makes the body of a lambda an instance method exactly if it uses this, which is then captured first
        boolean self = lambda.getImplMethodName().startsWith("lambda$")
                && lambda.getImplMethodKind() != MethodHandleInfo.REF_invokeStatic;
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < lambda.getCapturedArgCount(); i++) {
            steps.add(new Step(self && i == 0 ? "this" : "captured argument " + (i + 1), lambda.getCapturedArg(i)));
        }
        return new Parts(steps, true, false);
    }

    private static Parts collection(Object value, boolean late) {
        List<Step> steps = new ArrayList<>();
        switch (value) {
            case Map<?, ?> map -> {
                if (map instanceof SortedMap<?, ?> sorted) {
                    steps.add(new Step("comparator", sorted.comparator()));
                }
                map.forEach((key, element) -> {
                    steps.add(new Step("map key " + named(key), key));
                    steps.add(new Step("map value for key " + named(key), element));
                });
            }
            case Map.Entry<?, ?> entry -> {
                steps.add(new Step("key", entry.getKey()));
                steps.add(new Step("value", entry.getValue()));
            }
            case Collection<?> elements -> {
                if (elements instanceof SortedSet<?> sorted) {
                    steps.add(new Step("comparator", sorted.comparator()));
                }
                for (Object element : elements) {
                    steps.add(new Step("[" + steps.size() + "]", element));
                }
            }
            default -> throw new IllegalArgumentException("no collection: " + value.getClass());
        }
        return new Parts(steps, late, false);
    }

    /** Keys of the user's own classes are not printed: that would run code of theirs on data of theirs. */
    private static String named(@Nullable Object key) {
        return switch (key) {
            case null -> "null";
            case CharSequence text -> "\"" + (text.length() > 40 ? text.subSequence(0, 40) + "…" : text) + "\"";
            case Number number when Route.ofJdk(number.getClass()) -> number.toString();
            case Boolean truth -> truth.toString();
            case Enum<?> constant -> constant.name();
            default -> "of " + key.getClass().getName();
        };
    }

    /** The serializable fields from the topmost class down, in the order in which they are written. */
    private static Parts fields(Object value) {
        List<Step> steps = new ArrayList<>();
        boolean opaque = false;
        Deque<Class<?>> types = new ArrayDeque<>();
        for (Class<?> type = value.getClass(); type != null; type = type.getSuperclass()) {
            if (Serializable.class.isAssignableFrom(type)) {
                types.push(type);
            }
        }
        for (Class<?> type : types) {
            if (type == Throwable.class) {
                Throwable failure = (Throwable) value;
                steps.add(new Step("cause", failure.getCause()));
                for (int i = 0; i < failure.getSuppressed().length; i++) {
                    steps.add(new Step("suppressed[" + i + "]", failure.getSuppressed()[i]));
                }
            } else if (Route.ofJdk(type) && (value instanceof Collection<?> || value instanceof Map<?, ?>)) {
                if (steps.isEmpty()) {
                    steps.addAll(collection(value, false).steps());
                }
            } else {
                opaque |= !addFields(steps, type, value);
            }
        }
        return new Parts(steps, false, opaque);
    }

    private static boolean addFields(List<Step> steps, Class<?> type, Object value) {
        ObjectStreamClass description = ObjectStreamClass.lookup(type);
        if (description == null) {
            return true;
        }
        boolean all = true;
        for (ObjectStreamField declared : description.getFields()) {
            if (!declared.isPrimitive()) {
                try {
                    Field field = type.getDeclaredField(declared.getName());
                    field.setAccessible(true);
                    steps.add(new Step(field.getName(), field.get(value)));
                } catch (NoSuchFieldException | IllegalAccessException | InaccessibleObjectException e) {
                    all = false;
                }
            }
        }
        return all;
    }

    /** What the object's class puts in its place; null if it leaves that to others. */
    private static @Nullable Object writeReplaced(Object value) {
        if (!(value instanceof Serializable)) {
            return null;
        }
        for (Class<?> type = value.getClass(); type != null; type = type.getSuperclass()) {
            try {
                Method replace = type.getDeclaredMethod("writeReplace");
                replace.setAccessible(true);
                Object replaced = replace.invoke(value);
                return replaced != null && replaced.getClass() == value.getClass() ? null : replaced;
            } catch (NoSuchMethodException e) {
                // the superclass may have it
            } catch (ReflectiveOperationException | InaccessibleObjectException e) {
                return null;
            }
        }
        return null;
    }
}
