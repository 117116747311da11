package dev.kiln.frame;

import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An exception twice: as it is, if it could be written, and as a picture for a reader that cannot read it. */
final class FailureBox extends Box {

    private static final long serialVersionUID = 1L;

    private transient byte[] exact = {};
    private transient @Nullable RemoteFailure picture;

    /** For the serializer. */
    public FailureBox() {}

    /** @param exact a body of its own, empty if the exception could not be written */
    FailureBox(byte[] exact, RemoteFailure picture) {
        this.exact = exact;
        this.picture = picture;
    }

    @Override
    void write(ObjectWriter out) throws IOException {
        out.writeObject(exact);
        out.writeObject(picture);
    }

    @Override
    void read(ObjectReader in) throws IOException, ClassNotFoundException {
        exact = (byte[]) in.readObject();
        picture = (RemoteFailure) in.readObject();
    }

    @Override
    Throwable open(ObjectReader in) {
        Throwable original = exact.length == 0 ? null : read(in, exact);
        return original == null ? Objects.requireNonNull(picture) : original;
    }

    /** Anything at all may go wrong with a class of the user's that was loaded, read and put together by its own code. */
    private static @Nullable Throwable read(ObjectReader outer, byte[] exact) {
        try (var in = new ObjectReader(exact, 0, exact.length, outer.frames(), outer.limits(), outer.substitution())) {
            return (Throwable) in.readObject();
        } catch (StackOverflowError | OutOfMemoryError e) {
            throw e; // says nothing about the exception
        } catch (Exception | Error e) {
            return null;
        }
    }
}
