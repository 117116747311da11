package dev.kiln.frame;

import dev.kiln.frame.spi.Substitution;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads what {@link ObjectWriter} wrote, with the classes of the thread's context class loader. One message, one thread. */
final class ObjectReader extends ObjectInputStream implements ClassNames.Loader {

    private static final Map<String, Class<?>> PRIMITIVES = Map.of(
            "boolean", boolean.class,
            "byte", byte.class,
            "char", char.class,
            "double", double.class,
            "float", float.class,
            "int", int.class,
            "long", long.class,
            "short", short.class,
            "void", void.class);

    private final FrameSource frames;
    private final ParcelLimits limits;
    private final ParcelFilter filter;
    private final Substitution substitution;
    private final ClassLoader loader;
    private final Map<String, Class<?>> loaded = new HashMap<>();
    private final List<RecordShape> recordTypes = new ArrayList<>();

    /** Where the frames named in a message come from. */
    interface FrameSource {
        /** The asset with this index in the message; has no reference of its own. */
        Asset asset(int index) throws IOException;

        /** A frame with this plan; null: a closed frame. */
        Frame frame(@Nullable Plan plan, boolean kept);

        /** A resident with this value; null: a closed one. */
        Resident<?> resident(@Nullable ResidentValue value, boolean kept);

        /** A value that has come along and stays here from now on; has no reference of its own. */
        LocalValue arrived(Object value);
    }

    /**
     * @param length of the body, in bytes, from {@code offset}
     */
    ObjectReader(
            byte[] bytes, int offset, int length, FrameSource frames, ParcelLimits limits, Substitution substitution)
            throws IOException {
        super(new ByteArrayInputStream(bytes, offset, length));
        this.frames = frames;
        this.limits = limits;
        this.substitution = substitution;
        this.loader = Objects.requireNonNullElse(
                Thread.currentThread().getContextClassLoader(), FrameSpace.class.getClassLoader());
        enableResolveObject(true);
        this.filter = new ParcelFilter(limits, length);
        setObjectInputFilter(filter);
    }

    FrameSource frames() {
        return frames;
    }

    ParcelLimits limits() {
        return limits;
    }

    Substitution substitution() {
        return substitution;
    }

    /** What is put in the place of an object next is an array of that many elements, which are not in the message. */
    void expectArray(int length) {
        filter.expect(length);
    }

    /** Reads over the reference that {@link ObjectWriter#begin} wrote. */
    void skipSelf() throws IOException, ClassNotFoundException {
        readObject();
    }

    /** @throws Refusal if no message may name this class */
    @Override
    public Class<?> load(String name) throws ClassNotFoundException {
        Class<?> known = loaded.get(name);
        if (known == null) {
            ParcelFilter.check(name);
            known = PRIMITIVES.get(name);
            if (known == null) {
                known = Class.forName(name, false, loader);
            }
            loaded.put(name, known);
        }
        return known;
    }

    @Override
    protected void readStreamHeader() {}

    @Override
    protected ObjectStreamClass readClassDescriptor() throws IOException, ClassNotFoundException {
        return ClassNames.read(this, this);
    }

    /** Reads what {@link ObjectWriter#writeRecordType} wrote. */
    RecordShape readRecordType() throws IOException, ClassNotFoundException {
        int number = readInt();
        if (number >= 0 && number < recordTypes.size()) {
            return recordTypes.get(number);
        }
        RecordShape shape = number == recordTypes.size() ? RecordShape.of(load(readUTF())) : null;
        if (shape == null) {
            throw new InvalidObjectException("not a record that can be read here");
        }
        recordTypes.add(shape);
        return shape;
    }

    @Override
    protected Class<?> resolveClass(ObjectStreamClass description) {
        return description.forClass();
    }

    @Override
    protected Class<?> resolveProxyClass(String[] interfaces) throws ClassNotFoundException {
        Class<?>[] types = new Class<?>[interfaces.length];
        for (int i = 0; i < types.length; i++) {
            types[i] = load(interfaces[i]);
        }
        try {
            return Proxy.newProxyInstance(loader, types, (proxy, method, arguments) -> null)
                    .getClass();
        } catch (IllegalArgumentException e) {
            throw new ClassNotFoundException("no proxy for " + String.join(", ", interfaces), e);
        }
    }

    @Override
    protected @Nullable Object resolveObject(Object read) throws IOException {
        Object value = read instanceof Box box ? box.open(this) : read;
        if (value == null || Route.ofJdk(value.getClass())) {
            return value;
        }
        Object resolved = substitution.resolve(value);
        return resolved == null ? value : resolved;
    }
}
