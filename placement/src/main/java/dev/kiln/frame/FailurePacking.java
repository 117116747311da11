package dev.kiln.frame;

import dev.kiln.KilnException;
import dev.kiln.frame.spi.Substitution;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
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

    /** Those whose message is too long to cross, of all that the exception leads to. */
    private static Set<Throwable> tooLong(Throwable failure) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Set<Throwable> tooLong = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Throwable> next = new ArrayDeque<>(List.of(failure));
        while (!next.isEmpty()) {
            Throwable one = next.pop();
            if (!seen.add(one)) {
                continue;
            }
            String message = RemoteFailure.message(one);
            if (message != null && message.length() > RemoteFailure.LONGEST_MESSAGE) {
                tooLong.add(one);
            }
            next.addAll(Arrays.asList(one.getSuppressed()));
            if (one.getCause() != null) {
                next.push(one.getCause());
            }
        }
        return tooLong;
    }

    /** The exception as a body of its own; empty if it cannot cross. */
    private static byte[] exact(FrameSpace space, Throwable failure, Substitution substitution) {
        Set<Throwable> pictured = tooLong(failure);
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
