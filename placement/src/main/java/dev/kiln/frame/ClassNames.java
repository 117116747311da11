package dev.kiln.frame;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectStreamClass;
import java.io.ObjectStreamField;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How classes are named in a message: common ones by a number, others by name and a fingerprint of their serializable
 * fields. Java's own description of a class lists the fields; both ends run the same build, so the name is enough, which
 * makes a closure a third as long. The fingerprint finds out if the builds differ after all.
 *
 * <p>Static; any thread.
 */
final class ClassNames {

    /** Part of the wire format: append only. A class has its index plus one as number, 0 stands for a name. */
    private static final String[] COMMON = {
        "java.lang.invoke.SerializedLambda",
        "[Ljava.lang.Object;",
        "java.util.CollSer",
        "java.lang.Integer",
        "java.lang.Number",
        "java.lang.Long",
        "java.lang.Double",
        "java.lang.Float",
        "java.lang.Short",
        "java.lang.Byte",
        "java.lang.Boolean",
        "java.lang.Character",
        "java.lang.Enum",
        "java.util.ArrayList",
        "java.util.HashMap",
        "java.util.HashSet",
        "java.util.LinkedHashMap",
        "java.util.LinkedHashSet",
        "java.util.TreeMap",
        "java.util.TreeSet",
        "java.util.ArrayDeque",
        "java.util.Collections$EmptyList",
        "java.util.AbstractMap$SimpleImmutableEntry",
        "java.util.UUID",
        "java.time.Ser",
        "java.math.BigDecimal",
        "java.math.BigInteger",
        "[B",
        "[I",
        "[J",
        "[D",
        "[Ljava.lang.String;",
        "java.lang.Throwable",
        "java.lang.Exception",
        "java.lang.RuntimeException",
        "java.lang.Error",
        "java.lang.StackTraceElement",
        "[Ljava.lang.StackTraceElement;",
        "java.lang.IllegalStateException",
        "java.lang.IllegalArgumentException",
        "java.lang.NullPointerException",
        "java.lang.UnsupportedOperationException",
        "java.io.IOException",
        "dev.kiln.frame.JdkBox",
        "dev.kiln.frame.RecordBox",
        "dev.kiln.frame.Whole",
        "dev.kiln.frame.TraversalBox",
        "dev.kiln.frame.AssetMark",
        "dev.kiln.frame.FrameMark",
        "dev.kiln.frame.FailureBox",
        "dev.kiln.frame.RemoteFailure",
        "dev.kiln.KilnException",
        "dev.kiln.frame.FrameException",
        "dev.kiln.frame.ResidentMark",
        "dev.kiln.frame.ValueMark",
    };

    private static final Map<String, Integer> NUMBERS = new HashMap<>();

    static {
        for (int i = 0; i < COMMON.length; i++) {
            NUMBERS.put(COMMON[i], i + 1);
        }
    }

    private static final @Nullable ObjectStreamClass[] DESCRIPTIONS = new @Nullable ObjectStreamClass[COMMON.length];

    private static final ClassValue<Integer> FINGERPRINTS = new ClassValue<>() {
        @Override
        protected Integer computeValue(Class<?> type) {
            return fingerprint(ObjectStreamClass.lookupAny(type));
        }
    };

    private ClassNames() {}

    /** How a reader finds a class by its name. */
    interface Loader {
        Class<?> load(String name) throws ClassNotFoundException;
    }

    static void write(ObjectStreamClass description, DataOutput out) throws IOException {
        Integer number = NUMBERS.get(description.getName());
        if (number != null) {
            out.writeByte(number);
        } else {
            out.writeByte(0);
            out.writeUTF(description.getName());
            out.writeInt(FINGERPRINTS.get(description.forClass()));
        }
    }

    static ObjectStreamClass read(DataInput in, Loader loader) throws IOException, ClassNotFoundException {
        int number = in.readUnsignedByte();
        if (number > COMMON.length) {
            throw new InvalidClassException("class number " + number + " is unknown here");
        }
        if (number > 0) {
            return common(number - 1);
        }
        Class<?> type = loader.load(in.readUTF());
        if (in.readInt() != FINGERPRINTS.get(type)) {
            throw new InvalidClassException(
                    type.getName(), "has other fields than at the sender; run the same build on both sides");
        }
        return ObjectStreamClass.lookupAny(type);
    }

    private static ObjectStreamClass common(int index) throws ClassNotFoundException {
        ObjectStreamClass known = DESCRIPTIONS[index];
        if (known == null) {
            // of the JDK or of Kiln, so the same for every reader, whatever its class loader
            known = ObjectStreamClass.lookupAny(Class.forName(COMMON[index], false, ClassNames.class.getClassLoader()));
            DESCRIPTIONS[index] = known;
        }
        return known;
    }

    private static int fingerprint(ObjectStreamClass description) {
        int hash = 1;
        for (ObjectStreamField field : description.getFields()) {
            hash = 31 * hash + field.getName().hashCode();
            hash = 31 * hash
                    + (field.isPrimitive()
                            ? field.getTypeCode()
                            : field.getTypeString().hashCode());
        }
        return hash;
    }
}
