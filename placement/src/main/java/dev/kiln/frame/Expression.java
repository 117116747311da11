package dev.kiln.frame;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What can be told about a piece of SQL by its tokens alone, without the engine: that it is one piece, how many
 * parameters it has, and which words occur in it. Follows the engine's lexical rules: {@code ''} inside quotes,
 * {@code E'\''}, {@code $tag$…$tag$}, {@code --} comments and nested block comments.
 */
final class Expression {
    private static final Pattern COUNT_BEFORE = Pattern.compile("\\bcount\\s*\\(\\s*$", Pattern.CASE_INSENSITIVE);

    private final String verb;
    private final String text;
    private final Map<String, Integer> words = new TreeMap<>();
    private final List<Character> open = new ArrayList<>();
    private int at;
    private int end = -1;
    private final List<Integer> marks = new ArrayList<>();
    private boolean wildcard;
    private boolean several;
    private boolean unpacked;
    private boolean operandBefore;

    private Expression(String verb, String text) {
        this.verb = verb;
        this.text = text;
    }

    /**
     * Reads one expression.
     *
     * @throws IllegalArgumentException if it is empty, not closed, or more than one
     */
    static Expression of(String verb, String text) {
        Expression expression = new Expression(verb, text);
        expression.scan(true);
        return expression;
    }

    /** Reads one query; commas may separate its parts, and one semicolon may end it. */
    static Expression query(String verb, String text) {
        Expression query = new Expression(verb, text);
        query.scan(false);
        return query;
    }

    /** The text without a semicolon at its end. */
    String text() {
        return end < 0 ? text : text.substring(0, end);
    }

    /** The number of {@code ?} that stand for parameters. */
    int parameters() {
        return marks.size();
    }

    /** The text with something else in the place of each of these {@code ?}, in their order. */
    String withParameters(List<String> written) {
        StringBuilder whole = new StringBuilder();
        int from = 0;
        for (int i = 0; i < marks.size(); i++) {
            whole.append(text, from, marks.get(i)).append(written.get(i));
            from = marks.get(i) + 1;
        }
        return whole.append(text, from, text.length()).toString();
    }

    /** How often a word occurs outside of literals and comments, in any case, quoted or not. */
    int count(String word) {
        return words.getOrDefault(Names.fold(word), 0);
    }

    /** Those of the columns that the expression may read: never too few, sometimes more than it does. */
    List<String> mentioned(List<String> columns) {
        return wildcard ? columns : columns.stream().filter(c -> count(c) > 0).toList();
    }

    /** Whether it is a {@code *} or {@code columns(…)} that gives several columns, not one from all of them as {@code *columns(…)} does. */
    boolean givesSeveral() {
        return several;
    }

    private void scan(boolean single) {
        boolean empty = true;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (Character.isWhitespace(c) || skipComment()) {
                at += Character.isWhitespace(c) ? 1 : 0;
                continue;
            }
            if (end >= 0) {
                throw refused("more than one statement; write one, without ';' in between");
            }
            empty = false;
            boolean operand = true;
            if (c == '\'') {
                string('\'', false);
            } else if (c == '"') {
                word(string('"', false));
            } else if (isWordStart(c)) {
                operand = bareWord();
            } else if (c == '$') {
                dollarQuoted();
            } else if (Character.isDigit(c)) {
                number();
            } else {
                operand = symbol(c, single);
                at++;
            }
            unpacked = c == '*' && !operandBefore;
            operandBefore = operand;
        }
        if (!open.isEmpty()) {
            throw refused("'" + open.getLast() + "' is not closed");
        }
        if (empty) {
            throw refused("it is empty");
        }
    }

    private boolean symbol(char c, boolean single) {
        switch (c) {
            case '(', '[', '{' -> open.add(c);
            case ')', ']', '}' -> {
                if (open.isEmpty() || "([{".indexOf(open.removeLast()) != ")]}".indexOf(c)) {
                    throw refused("'" + c + "' closes nothing");
                }
                return true;
            }
            case '?' -> {
                marks.add(at);
                return true;
            }
            case ',' -> {
                if (single && open.isEmpty()) {
                    throw refused(
                            "it has a comma outside of brackets; give every expression as an argument of its own");
                }
            }
            case ';' -> {
                if (single) {
                    throw refused("it has a ';'; write one expression");
                }
                end = at;
            }
            // '*' after an operand multiplies; anywhere else it stands for columns, and '#1' for the first of them
            case '*' -> {
                boolean columns = !operandBefore && !countsRows();
                wildcard |= columns;
                several |= columns && open.isEmpty();
            }
            case '#' -> wildcard = true;
            default -> {}
        }
        return false;
    }

    private boolean countsRows() {
        return COUNT_BEFORE.matcher(text.substring(0, at)).find()
                && text.substring(at + 1).stripLeading().startsWith(")");
    }

    private boolean skipComment() {
        if (text.startsWith("--", at)) {
            int newline = text.indexOf('\n', at);
            at = newline < 0 ? text.length() : newline;
            return true;
        }
        if (!text.startsWith("/*", at)) {
            return false;
        }
        int depth = 0;
        do {
            if (at >= text.length()) {
                throw refused("a comment is not closed");
            }
            int step = text.startsWith("/*", at) ? 1 : text.startsWith("*/", at) ? -1 : 0;
            depth += step;
            at += step == 0 ? 1 : 2;
        } while (depth > 0);
        return true;
    }

    /** Reads up to the closing quote; the quote twice stands for itself. */
    private String string(char quote, boolean backslashes) {
        StringBuilder content = new StringBuilder();
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '\\' && backslashes) {
                at++;
            } else if (c == quote) {
                at++;
                if (at >= text.length() || text.charAt(at) != quote) {
                    return content.toString();
                }
            }
            content.append(c);
        }
        throw refused("a " + quote + " is not closed");
    }

    /** Reads a word without quotes; tells whether it can be an operand, as opposed to a keyword before one. */
    private boolean bareWord() {
        int from = at;
        while (at < text.length() && isWordPart(text.charAt(at))) {
            at++;
        }
        String name = text.substring(from, at);
        if (name.equalsIgnoreCase("e") && at < text.length() && text.charAt(at) == '\'') {
            string('\'', true);
            return true;
        }
        word(name);
        String folded = Names.fold(name);
        if (folded.equals("columns")) {
            wildcard = true;
            several |= !unpacked && text.substring(at).stripLeading().startsWith("(");
        }
        return switch (folded) {
            case "select", "distinct", "all", "by", "from", "and", "or", "not", "then", "else", "when", "return" ->
                false;
            default -> true;
        };
    }

    private void word(String name) {
        words.merge(Names.fold(name), 1, Integer::sum);
    }

    private void number() {
        while (at < text.length() && (isWordPart(text.charAt(at)) || text.charAt(at) == '.')) {
            at++;
        }
    }

    private void dollarQuoted() {
        int close = at + 1;
        while (close < text.length() && isWordPart(text.charAt(close)) && text.charAt(close) != '$') {
            close++;
        }
        if (close >= text.length() || text.charAt(close) != '$') {
            throw refused("parameters are written as ?");
        }
        String tag = text.substring(at, close + 1);
        int closing = text.indexOf(tag, close + 1);
        if (closing < 0) {
            throw refused("a " + tag + " is not closed");
        }
        at = closing + tag.length();
    }

    private static boolean isWordStart(char c) {
        return c == '_' || c >= 0x80 || Character.isLetter(c);
    }

    private static boolean isWordPart(char c) {
        return isWordStart(c) || c == '$' || Character.isDigit(c);
    }

    private IllegalArgumentException refused(String reason) {
        return new IllegalArgumentException(verb + ": cannot use \"" + text + "\": " + reason);
    }
}
