package dev.kiln.pool;

import dev.kiln.KilnException;
import dev.kiln.gc.ProcessRef;

/** How a call ended, before anything of it is read: reading runs the user's code and belongs on the user's threads. */
sealed interface Outcome {

    /** The closure returned. */
    @SuppressWarnings("ArrayRecordComponent")
    record Returned(ProcessRef runner, byte[] result) implements Outcome {}

    /** The closure threw. */
    @SuppressWarnings("ArrayRecordComponent")
    record Threw(ProcessRef runner, byte[] failure) implements Outcome {}

    /** It has no outcome of its own. */
    record Failed(KilnException why) implements Outcome {}

    /** It has no outcome of its own, says the pool to a runner whose call it is. */
    @SuppressWarnings("ArrayRecordComponent")
    record FailedThere(ProcessRef caller, byte[] why) implements Outcome {}

    /** The runner whose call it is reads how it ended: it returned, or threw. */
    record PassedOn(boolean returned) implements Outcome {}
}
