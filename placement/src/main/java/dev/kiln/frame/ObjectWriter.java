package dev.kiln.frame;

import dev.kiln.frame.spi.Substitution;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Java serialization with stand-ins: for frames, for what cannot cross by itself, and for what the room above replaces.
 * One message, one thread; after an exception it is of no further use.
 */
final class ObjectWriter extends ObjectOutputStream {

    private final FrameMarks marks;
    private final Substitution substitution;
    private final CycleCheck cycles;

    private final Map<Class<?>, Integer> recordTypes = new HashMap<>();

    private boolean atRoot = true;
    private @Nullable Object unchanged;

    /** How the frames of a message are named in it. */
    interface FrameMarks {
        /** What crosses in the place of a frame. */
        Object mark(Frame frame);

        /** What crosses in the place of a resident. */
        Object mark(Resident<?> resident);

        /** What crosses in the place of what a frame or a resident is on. */
        Object mark(Asset asset);

        /** What crosses in the place of an array of numbers, usually itself. */
        Object numbers(Object array);

        /**
         * What goes along of a resident's value.
         *
         * @return null if a reference to it crosses
         * @throws Refusal if it can neither go along nor be referred to
         */
        @Nullable
        Object sent(ResidentValue value);

        /** What crosses in the place of an exception, usually itself. */
        Throwable mark(Throwable failure);
    }

    ObjectWriter(ByteBuilder out, FrameMarks marks, Substitution substitution) throws IOException {
        super(out);
        this.marks = marks;
        this.substitution = substitution;
        this.cycles = new CycleCheck(out);
        enableReplaceObject(true);
    }

    /** Writes the value; nothing else may follow. */
    void writeRoot(@Nullable Object value) throws IOException {
        writeObject(value);
        flush();
    }

    /** Whether something may refer to what encloses it and can only be made after it. Seldom wrong, never the other way. */
    boolean suspectsCycle() {
        return cycles.suspected();
    }

    /**
     * Begins what may not refer back to {@code box}. Its first object is a reference to the box itself, which tells the
     * number that such references have.
     */
    int begin(Box box) throws IOException {
        writeObject(box);
        return cycles.begin();
    }

    /** Ends what {@link #begin} began; nothing for -1. */
    void end(int region) {
        if (region >= 0) {
            cycles.end(region);
        }
    }

    /** Writes an object that has been looked at already. */
    void writeUnchanged(@Nullable Object value) throws IOException {
        unchanged = value;
        writeObject(value);
    }

    /** Both ends know the version from the parcel's header. */
    @Override
    protected void writeStreamHeader() {}

    @Override
    protected @Nullable Object replaceObject(Object original) {
        boolean root = atRoot;
        atRoot = false;
        if (original instanceof String) {
            return original;
        }
        return switch (Route.of(original.getClass())) {
            case AS_IS -> original;
            case NUMBERS -> marks.numbers(original);
            case USER -> substituted(original);
            case FRAME -> marks.mark((Frame) original);
            case SERIES -> new SeriesMark(((Series) original).frame());
            case RESIDENT -> marks.mark((Resident<?>) original);
            case ASSET -> marks.mark((Asset) original);
            case RECORD -> {
                Object stand = substitution.replace(original);
                yield boxed(stand == null ? original : stand);
            }
            case BOXED -> new JdkBox(original);
            case COPIED -> Views.copy(original);
            case TRAVERSABLE -> new TraversalBox((Traversable) original);
            case WHOLE -> whole(original, root);
            case THROWABLE -> marks.mark((Throwable) original);
        };
    }

    private Object substituted(Object original) {
        Object stand = substitution.replace(original);
        return stand == null ? original : boxed(stand);
    }

    private static Object boxed(Object value) {
        RecordShape shape = Route.of(value.getClass()) == Route.RECORD ? RecordShape.of(value.getClass()) : null;
        return shape == null ? value : new RecordBox(shape, value);
    }

    @SuppressWarnings("ReferenceEquality") // the very object, which may be equal to others
    private Object whole(Object stand, boolean root) {
        if (stand == unchanged) {
            unchanged = null;
            return stand;
        }
        if (root) {
            cycles.beginAtRoot(); // all of the message is inside it, and its number is known
            return stand;
        }
        return CycleCheck.isPlain(stand) ? stand : new Whole(stand);
    }

    @Override
    protected void writeClassDescriptor(ObjectStreamClass description) throws IOException {
        ClassNames.write(description, this);
    }

    /**
     * Writes a number for the class, the same throughout the message, and the first time its name. To be called where plain
     * data may stand.
     */
    void writeRecordType(Class<?> type) throws IOException {
        Integer known = recordTypes.putIfAbsent(type, recordTypes.size());
        if (known == null) {
            writeInt(recordTypes.size() - 1);
            writeUTF(type.getName());
        } else {
            writeInt(known);
        }
    }

    /** Unchecked on purpose, see {@link Refusal}. */
    @Override
    protected void annotateClass(Class<?> type) {
        if (type.isHidden()) {
            throw new Refusal(
                    type.getName() + " exists in this process only; in a native executable, register the class around"
                            + " the lambda for serialization (lambdaCapturingTypes)");
        }
    }
}
