package dev.kiln.frame;

import dev.kiln.KilnException;
import dev.kiln.frame.spi.Substitution;
import dev.kiln.gc.ProcessRef;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Writes and reads the bodies of parcels, at any depth, and tells in the user's terms why it could not. Any thread. */
final class Codec {

    private Codec() {}

    /**
     * @param label what the value is called, if it is at fault itself
     * @param out where to; left as it was if the value cannot cross
     * @throws NotTransferable if the value cannot cross
     * @throws KilnException if a frame in it could not be computed
     */
    static void write(
            @Nullable Object value,
            String label,
            ByteBuilder out,
            ObjectWriter.FrameMarks marks,
            Substitution substitution) {
        Refused refused = tryWrite(value, label, out, marks, substitution);
        if (refused != null) {
            throw refused.finding().because(refused.cause());
        }
    }

    /** Why a value cannot cross. */
    record Refused(Finding finding, @Nullable Throwable cause) {}

    /** As {@link #write}, but tells a refusal instead of throwing it; null if the value was written. */
    static @Nullable Refused tryWrite(
            @Nullable Object value,
            String label,
            ByteBuilder out,
            ObjectWriter.FrameMarks marks,
            Substitution substitution) {
        int start = out.length();
        try {
            boolean suspicious;
            try {
                suspicious = write(value, start, out, marks, substitution);
            } catch (StackOverflowError tooDeep) {
                suspicious = DeepStack.call(() -> write(value, start, out, marks, substitution));
            }
            Finding cycle = suspicious ? PathFinder.find(value, label, marks, substitution) : null;
            if (cycle == null) {
                return null;
            }
            out.truncate(start);
            return new Refused(cycle, null);
        } catch (KilnException | OutOfMemoryError e) {
            out.truncate(start);
            throw e;
        } catch (StackOverflowError e) {
            out.truncate(start);
            return new Refused(new Finding(label, "it nests too deeply even for a stack of 1 GiB", null), e);
        } catch (Exception | Error e) {
            // In native executables, a class that was not registered is an Error.
            out.truncate(start);
            Finding found = PathFinder.find(value, label, marks, substitution);
            return new Refused(found == null ? new Finding(label, reason(e), null) : found, e);
        }
    }

    private static boolean write(
            @Nullable Object value,
            int start,
            ByteBuilder out,
            ObjectWriter.FrameMarks marks,
            Substitution substitution)
            throws IOException {
        out.truncate(start);
        try (var writer = new ObjectWriter(out, marks, substitution)) {
            writer.writeRoot(value);
            return writer.suspectsCycle();
        }
    }

    private static String reason(Throwable failure) {
        return failure instanceof Refusal ? String.valueOf(failure.getMessage()) : "it cannot be written: " + failure;
    }

    /** The value of a body. */
    static @Nullable Object read(
            byte[] parcel, int length, Unpacking frames, ParcelLimits limits, Substitution substitution)
            throws Exception {
        try {
            return readOnce(parcel, length, frames, limits, substitution);
        } catch (StackOverflowError tooDeep) {
            return DeepStack.<@Nullable Object>call(() -> readOnce(parcel, length, frames, limits, substitution));
        }
    }

    private static @Nullable Object readOnce(
            byte[] parcel, int length, Unpacking frames, ParcelLimits limits, Substitution substitution)
            throws IOException, ClassNotFoundException {
        frames.restart();
        try (var in = new ObjectReader(parcel, ParcelHeader.LENGTH, length, frames, limits, substitution)) {
            return in.readObject();
        }
    }

    /** What to throw when a message of {@code sender} could not be read. */
    static RuntimeException unreadable(Throwable failure, ProcessRef sender) {
        return switch (failure) {
            case KilnException kiln -> kiln;
            case StackOverflowError e -> notRead(sender, "it nests too deeply even for a stack of 1 GiB", e);
            case OutOfMemoryError e -> throw e;
            case Refusal e -> notRead(sender, e.getMessage(), e);
            case ClassNotFoundException e ->
                notRead(sender, "class " + e.getMessage() + " is not on the class path here", e);
            case IOException e when e.getCause() instanceof Refusal refusal -> notRead(sender, refusal.getMessage(), e);
            case IOException e
            when e.getCause() instanceof ClassNotFoundException missing -> unreadable(missing, sender);
            default -> notRead(sender, failure.toString(), failure);
        };
    }

    private static NotTransferable notRead(ProcessRef sender, @Nullable String reason, Throwable cause) {
        return new NotTransferable("the message of " + sender, "it cannot be read here: " + reason, cause);
    }
}
