package dev.kiln.frame;

import java.io.Serializable;
import java.util.List;

/** A column to sort by. */
record SortKey(String column, boolean descending) implements Serializable {

    /** Reads {@code a}, or {@code -a} for descending; a column that is itself called {@code -a} wins. */
    static SortKey parse(String text, List<String> names) {
        boolean descending = text.startsWith("-") && !names.contains(text);
        return new SortKey(descending ? text.substring(1) : text, descending);
    }

    @Override
    public String toString() {
        return descending ? "-" + column : column;
    }
}
