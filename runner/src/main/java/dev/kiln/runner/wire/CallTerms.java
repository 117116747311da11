package dev.kiln.runner.wire;

/**
 * What a nested call asks of the pool.
 *
 * @param kind what the work is
 * @param withinMillis one time for waiting and running together, 0 for the pool's own limits
 * @param linked whether the work ends with the runner that calls
 * @param idempotent whether it may be run again when its runner is lost
 * @param runner the one runner that it insists on, empty for any
 * @param key keeps calls of one key on one runner, empty for none
 * @param batch the id of the batch that it is in, empty for none
 * @param object the number of the placed object that it is for, 0 for none
 */
public record CallTerms(
        Kind kind,
        long withinMillis,
        boolean linked,
        boolean idempotent,
        String runner,
        String key,
        String batch,
        long object) {

    /** The same for a placed object. */
    public CallTerms about(long placed) {
        return new CallTerms(kind, withinMillis, linked, idempotent, runner, key, batch, placed);
    }

    /** What the work is. */
    public enum Kind {
        /** Its outcome is waited for. */
        CALL,
        /** It has no time limit of its own, and nobody waits for its outcome. */
        EXECUTE,
        /** There is none: the pool itself answers, with the status of the batch that is named. */
        BATCH_STATUS
    }
}
