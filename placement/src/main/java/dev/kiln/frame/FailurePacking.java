package dev.kiln.frame;

import dev.kiln.KilnException;
import dev.kiln.frame.spi.Substitution;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/** Makes of an exception what can cross in any case: itself, as far as it can be written, and a picture. */
final class FailurePacking {
    /** What an exception is called where it is said what could not cross. */
    static final String LABEL = "the exception";

    /** So many exceptions within one may be replaced by pictures before it counts as one that cannot cross. */
    private static final int PICTURES = 16;

    private FailurePacking() {}

    static FailureBox box(FrameSpace space, Throwable failure, Substitution substitution) {
        return new FailureBox(exact(space, failure, substitution), picture(failure));
    }

    private static RemoteFailure picture(Throwable failure) {
        try {
            return RemoteFailure.of(failure);
        } catch (StackOverflowError tooDeep) {
            return deepPicture(failure);
        }
    }

    private static RemoteFailure deepPicture(Throwable failure) {
        try {
            return DeepStack.call(() -> RemoteFailure.of(failure));
        } catch (Exception | StackOverflowError e) {
            return RemoteFailure.of(
                    new IllegalStateException("a " + failure.getClass().getName() + " could not be pictured", e));
        }
    }

    /** The exception as a body of its own; empty if it cannot cross. */
    private static byte[] exact(FrameSpace space, Throwable failure, Substitution substitution) {
        Set<Throwable> pictured = Collections.newSetFromMap(new IdentityHashMap<>());
        ByteBuilder out = new ByteBuilder();
        for (int i = 0; i < PICTURES; i++) {
            try (var packing = new Packing(space, Packing.Way.CLOSED, 0, false, pictured)) {
                Codec.Refused refused = Codec.tryWrite(failure, LABEL, out, packing, substitution);
                if (refused == null) {
                    return out.toByteArray();
                }
                Throwable culprit = refused.finding().within();
                if (culprit == null || !pictured.add(culprit)) {
                    break;
                }
            } catch (KilnException e) {
                break;
            }
        }
        return new byte[0];
    }
}
