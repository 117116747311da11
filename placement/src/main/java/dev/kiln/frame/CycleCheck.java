package dev.kiln.frame;

import java.lang.invoke.SerializedLambda;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds references, in the bytes of a message, from inside an object to that object, where the object can only be made
 * after all that is in it: a record, an optional, a lambda, an immutable collection, a traversable. Java serialization
 * writes them without complaint, and reads them as null, or as the stand-in, or fails on the other side.
 *
 * <p>While such an object is written, nothing is known but where it begins and ends and the number that references to it
 * have. References are {@code 0x71} and that number, four bytes big-endian; so one pass over the bytes at the end, and
 * only of messages with such objects, finds them all. Other data can look the same by chance: a suspicion, which
 * {@link PathFinder} settles.
 *
 * <p>Source: Java Object Serialization Specification, version 6.0, section 6.4 (TC_REFERENCE, baseWireHandle).
 */
final class CycleCheck {

    private static final byte TC_REFERENCE = 0x71;
    private static final int BASE_HANDLE = 0x7E0000;
    private static final int REFERENCE_LENGTH = 5;

    private final ByteBuilder bytes;

    /** Per region, in the order of their beginnings, which is the order of their numbers. */
    private int[] handles = new int[8];

    private int[] starts = new int[8];
    private int[] ends = new int[8];
    private int regions;

    CycleCheck(ByteBuilder bytes) {
        this.bytes = bytes;
    }

    /** Begins a region; the bytes end with a reference to what it is the region of. */
    int begin() {
        return add(bytes.view().getInt(bytes.length() - Integer.BYTES));
    }

    /**
     * The whole message is one region, since its root is such an object, and of a class without a serializable superclass:
     * the first number is the class's, the second the root's.
     */
    void beginAtRoot() {
        add(BASE_HANDLE + 1);
    }

    private int add(int handle) {
        if (regions == handles.length) {
            handles = Arrays.copyOf(handles, 2 * regions);
            starts = Arrays.copyOf(starts, 2 * regions);
            ends = Arrays.copyOf(ends, 2 * regions);
        }
        handles[regions] = handle;
        starts[regions] = bytes.length();
        ends[regions] = Integer.MAX_VALUE;
        return regions++;
    }

    void end(int region) {
        ends[region] = bytes.length();
    }

    boolean suspected() {
        if (regions == 0) {
            return false;
        }
        ByteBuffer all = bytes.view();
        int lowest = handles[0];
        int highest = handles[regions - 1];
        for (int at = starts[0]; at <= all.limit() - REFERENCE_LENGTH; at++) {
            if (all.get(at) == TC_REFERENCE) {
                int handle = all.getInt(at + 1);
                if (handle >= lowest && handle <= highest && isInside(at, handle)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isInside(int position, int handle) {
        int region = Arrays.binarySearch(handles, 0, regions, handle);
        return region >= 0 && position >= starts[region] && position < ends[region];
    }

    /** Whether a stand-in holds nothing that could lead back to it. */
    static boolean isPlain(Object stand) {
        if (!(stand instanceof SerializedLambda lambda)) {
            return false;
        }
        for (int i = 0; i < lambda.getCapturedArgCount(); i++) {
            Object captured = captured(lambda, i);
            if (captured != null && !RecordShape.isFlat(captured.getClass())) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable Object captured(SerializedLambda lambda, int index) {
        return lambda.getCapturedArg(index);
    }
}
