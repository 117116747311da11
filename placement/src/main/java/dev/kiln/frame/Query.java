package dev.kiln.frame;

import java.util.List;

/**
 * One statement of the engine for a whole plan.
 *
 * @param sql its text
 * @param parameters the values of its {@code ?}, in order
 * @param scans the tables that it reads; each may be read once, because an Arrow stream ends
 */
record Query(String sql, List<Parameter> parameters, List<Scan> scans) {

    /**
     * A table in the statement.
     *
     * @param view its name there
     * @param leaf the data
     * @param columns what is read of it, at least one column
     */
    record Scan(String view, Leaf leaf, List<String> columns) {}

    /** A statement that reads no tables of ours. */
    static Query of(String sql) {
        return new Query(sql, List.of(), List.of());
    }

    /** The statement for a plan; the names of every {@code sql} in it but the last one must be known. */
    static Query of(Plan plan) {
        return of(plan, plan.names());
    }

    /** The statement for some columns of a plan. */
    static Query of(Plan plan, List<String> columns) {
        return new QueryWriter().write(plan, columns);
    }

    Query withSql(String other) {
        return new Query(other, parameters, scans);
    }
}
