package dev.kiln.frame;

import java.io.Serializable;

/** A new column: its name and the SQL expression that it gets, from {@code "mean_delay = avg(delay)"}. */
record Assignment(String name, String expression) implements Serializable {

    /**
     * Reads {@code name = expression}. The name is a plain word, or anything at all in double quotes.
     *
     * @throws IllegalArgumentException if it is not of that form
     */
    static Assignment parse(String verb, String text) {
        String trimmed = text.strip();
        int nameEnd = trimmed.startsWith("\"") ? quotedEnd(verb, trimmed) : wordEnd(trimmed);
        String name = trimmed.startsWith("\"")
                ? trimmed.substring(1, nameEnd - 1).replace("\"\"", "\"")
                : trimmed.substring(0, nameEnd);
        String rest = trimmed.substring(nameEnd).stripLeading();
        if (name.isEmpty() || !rest.startsWith("=") || rest.startsWith("==")) {
            throw new IllegalArgumentException(verb + ": expected \"name = expression\", got \"" + text
                    + "\"; a name that is not a plain word goes in double quotes");
        }
        String expression = rest.substring(1).strip();
        if (Expression.of(verb, expression).givesSeveral()) {
            throw new IllegalArgumentException(
                    verb + ": \"" + text + "\" gives several columns, of which one would be called " + Names.quote(name)
                            + "; give each an expression of its own");
        }
        return new Assignment(name, expression);
    }

    private static int wordEnd(String text) {
        int end = 0;
        while (end < text.length()) {
            int c = text.codePointAt(end);
            if (!Character.isUnicodeIdentifierPart(c) && c != '_' && c != '$') {
                break;
            }
            end += Character.charCount(c);
        }
        return end;
    }

    private static int quotedEnd(String verb, String text) {
        int end = 1;
        while (true) {
            end = text.indexOf('"', end) + 1;
            if (end == 0) {
                throw new IllegalArgumentException(verb + ": a \" is not closed in \"" + text + "\"");
            }
            if (end >= text.length() || text.charAt(end) != '"') {
                return end;
            }
            end++;
        }
    }

    @Override
    public String toString() {
        return name + " = " + expression;
    }
}
