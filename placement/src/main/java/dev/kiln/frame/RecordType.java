package dev.kiln.frame;

import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record class, seen from outside.
 *
 * @param type the class
 * @param components in the order of the declaration
 */
record RecordType(Class<?> type, List<Component> components) {

    private static final ClassValue<RecordType> TYPES = new ClassValue<>() {
        @Override
        protected RecordType computeValue(Class<?> type) {
            RecordComponent[] components = type.getRecordComponents();
            if (components == null) {
                throw new IllegalArgumentException(type.getName() + " is not a record class");
            }
            return new RecordType(
                    type,
                    Arrays.stream(components).map(it -> component(type, it)).toList());
        }
    };

    /**
     * One component.
     *
     * @param name as declared
     * @param type as declared, with type arguments
     * @param accessor accessible
     */
    record Component(String name, Type type, Method accessor) {

        @Nullable
        Object value(Object row) {
            try {
                return accessor.invoke(row);
            } catch (IllegalAccessException e) {
                throw new IllegalArgumentException("cannot read " + name + " of " + row.getClass(), e);
            } catch (InvocationTargetException e) {
                throw new IllegalArgumentException(
                        row.getClass().getName() + "." + name + "() failed: " + e.getCause(), e.getCause());
            }
        }

        /** This component of all rows. */
        List<? extends @Nullable Object> values(List<?> rows) {
            @Nullable Object[] values = new Object[rows.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = value(rows.get(i));
            }
            return Arrays.asList(values);
        }
    }

    /** @throws IllegalArgumentException if it is no record class, or closed to us */
    static RecordType of(Class<?> type) {
        return TYPES.get(type);
    }

    private static Component component(Class<?> type, RecordComponent component) {
        Method accessor = component.getAccessor();
        try {
            accessor.setAccessible(true);
        } catch (InaccessibleObjectException e) {
            throw closed(type, e);
        }
        return new Component(component.getName(), component.getGenericType(), accessor);
    }

    /** The constructor that takes all components. */
    Constructor<?> constructor() {
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(Arrays.stream(type.getRecordComponents())
                    .map(RecordComponent::getType)
                    .toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return constructor;
        } catch (NoSuchMethodException e) {
            throw new AssertionError("a record without its constructor: " + type, e);
        } catch (InaccessibleObjectException e) {
            throw closed(type, e);
        }
    }

    private static IllegalArgumentException closed(Class<?> type, InaccessibleObjectException cause) {
        return new IllegalArgumentException(
                type.getName() + " is in a package that is closed to reflection: add 'opens " + type.getPackageName()
                        + "' to its module-info",
                cause);
    }
}
