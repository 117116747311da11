package dev.kiln.frame;

import java.io.Serializable;
import java.util.List;

/** A column of the left frame, and the one of the right frame that must equal it. */
record JoinKey(String left, String right) implements Serializable {

    /** Reads {@code a} for both sides, or {@code a = b}; a column that is itself called {@code a = b} wins. */
    static JoinKey parse(String text, List<String> leftNames) {
        int equals = text.indexOf('=');
        return equals < 0 || leftNames.contains(text)
                ? new JoinKey(text, text)
                : new JoinKey(
                        text.substring(0, equals).strip(),
                        text.substring(equals + 1).strip());
    }

    @Override
    public String toString() {
        return left.equals(right) ? left : left + " = " + right;
    }
}
