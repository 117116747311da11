package dev.kiln.frame;

import org.jspecify.annotations.Nullable;

/** The engine refused an expression, or failed while it ran a chain of verbs. No frame was made. */
public final class QueryFailed extends FrameException {
    private static final long serialVersionUID = 1L;

    /** Of a statement with many columns; characters. */
    private static final int SHOWN = 2000;

    private final String verb;
    private final String statement;

    /**
     * @param verb the verb whose expression is at fault, or the verbs of the chain where that is not known
     * @param statement the statement as the engine got it
     * @param reason the engine's own words
     * @param cause the engine's exception, if there is one
     */
    public QueryFailed(String verb, String statement, String reason, @Nullable Throwable cause) {
        super(verb + " failed: " + reason + "\n  statement: " + abbreviated(statement), cause);
        this.verb = verb;
        this.statement = statement;
    }

    private static String abbreviated(String statement) {
        return statement.length() <= SHOWN ? statement : statement.substring(0, SHOWN) + "…";
    }

    /** The verb at fault as the user wrote it, such as {@code filter}; several, joined by commas, where one cannot be named. */
    public String verb() {
        return verb;
    }

    /** The whole statement as the engine got it. */
    public String statement() {
        return statement;
    }
}
