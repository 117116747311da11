package dev.kiln.frame;

/**
 * What others hold and what could not be moved before its process ends: it will be lost with that.
 *
 * @param count of frames and other values, at least 0
 * @param bytes of the frames' data
 * @param reason why nobody took them, for people; empty for none
 */
public record Stranded(long count, long bytes, String reason) {

    /** The same with values, none of which can move. */
    Stranded and(long values) {
        String why = "a value that is no frame cannot move";
        return values == 0 ? this : new Stranded(count + values, bytes, reason.isEmpty() ? why : reason + "; " + why);
    }
}
