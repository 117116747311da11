package dev.kiln.frame;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * DuckDB, once per process, opened by its first use. A plan runs as one statement on a thread of the engine's while the
 * calling thread waits; an interrupt of the caller cancels the statement ({@link QueryInterrupted}). All leaves are
 * tables, and their holder keeps them for the time of a call. Any thread.
 */
final class Engine {
    private static final PassedChecks PASSED = new PassedChecks();

    private Engine() {}

    /** Whether it has been opened, so that asking it is cheap. */
    static boolean loaded() {
        return Database.isOpen();
    }

    /**
     * Runs a plan. The caller has the result's one reference.
     *
     * @throws QueryFailed if the engine refuses an expression or fails at a row
     */
    static Table run(Plan plan) {
        return Direct.applies(plan) ? Direct.view(plan) : folded(plan, bound -> table(bound, Query.of(bound)));
    }

    /**
     * Looks at the last verb's expressions, without reading a row.
     *
     * @throws QueryFailed if the engine refuses them
     */
    static void check(Plan plan) {
        folded(plan, bound -> {
            Query query = Query.of(bound, Verbs.made(bound));
            if (PASSED.contains(query)) {
                return true;
            }
            try {
                session("check", session -> {
                    session.openEmpty(query);
                    session.check(query);
                    return true;
                });
                PASSED.add(query);
                return true;
            } catch (ExecutionException e) {
                throw Faults.of(bound, "", query, e);
            }
        });
    }

    /** The schema of a plan's result, found without reading a row. */
    static Schema describe(Plan plan) {
        return folded(plan, bound -> schema(bound, Query.of(bound)));
    }

    /** Runs a query of its own. The caller has the result's one reference. */
    static Table sql(String query) {
        String text = Expression.query("sql", query).text();
        return read("sql", "select * from (\n" + text + "\n)");
    }

    /** Reads a file, or all that match a pattern. The caller has the table's one reference. */
    static Table read(Format format, Path file) {
        return switch (format) {
            case ARROW -> Table.readArrow(file);
            case CSV -> CsvInput.read(pattern(file));
            case PARQUET -> read("readParquet", "from read_parquet(" + pattern(file) + ", hive_partitioning = false)");
        };
    }

    /** Runs a plan into a file. Returns the number of rows. */
    static long write(Plan plan, Format format, Path file) {
        return switch (format) {
            case ARROW -> {
                Table table = run(plan);
                try {
                    yield table.writeArrow(file);
                } finally {
                    table.release();
                }
            }
            case CSV -> copy(plan, "writeCsv", SqlText.literal(absolute(file)) + " (format csv, header true)");
            case PARQUET -> copy(plan, "writeParquet", SqlText.literal(absolute(file)) + " (format parquet)");
        };
    }

    private static long copy(Plan plan, String verb, String target) {
        return folded(plan, bound -> {
            Query query = Query.of(bound);
            try {
                return session(verb, session -> {
                    session.open(query);
                    return session.copy(query, target);
                });
            } catch (ExecutionException e) {
                throw Faults.of(bound, verb, query, e);
            }
        });
    }

    /** Runs a statement that reads files. The caller has the result's one reference. */
    static Table read(String verb, String sql) {
        Query query = Query.of(sql);
        try {
            Table table = result(verb, query);
            try {
                Names.requireDistinct(verb, names(table.schema()));
                return table;
            } catch (IllegalArgumentException e) {
                table.release();
                throw e;
            }
        } catch (ExecutionException e) {
            throw Faults.of(verb, query, e);
        }
    }

    private static Table table(Plan bound, Query query) {
        try {
            return result(Faults.verbs(bound), query);
        } catch (ExecutionException e) {
            throw Faults.of(bound, "", query, e);
        }
    }

    /** A result in pieces keeps little memory, but the engine loses the reason of a failure before the first piece. */
    private static Table result(String what, Query query) throws ExecutionException {
        try {
            return session(what, session -> {
                session.open(query);
                return session.table(query, true);
            });
        } catch (ExecutionException e) {
            if (!String.valueOf(e.getCause()).contains("Invalid result set")) {
                throw e;
            }
            return session(what, session -> {
                session.open(query);
                return session.table(query, false);
            });
        }
    }

    private static Schema schema(Plan bound, Query query) {
        try {
            return schema(query);
        } catch (ExecutionException e) {
            throw Faults.of(bound, "", query, e);
        }
    }

    /** The schema of a query's result, found without reading a row. */
    static Schema schema(Query query) throws ExecutionException {
        Query empty = query.withSql("select * from (\n" + query.sql() + "\n) limit 0");
        return session("schema", session -> {
            session.openEmpty(empty);
            return session.schema(empty);
        });
    }

    private static <T> T folded(Plan plan, Function<Plan, T> work) {
        List<Table> made = new ArrayList<>();
        try {
            return work.apply(Direct.fold(bind(plan), made));
        } finally {
            made.forEach(Table::release);
        }
    }

    /** The plan with the names that {@code sql} makes and the types that {@code describe} meets, which only the engine knows. */
    static Plan bind(Plan plan) {
        if (plan.isBound()) {
            return plan;
        }
        Plan bound = plan.with(plan.inputs().stream().map(Engine::bind).toList());
        return switch (bound) {
            case Plan.Sql sql
            when sql.names().isEmpty() -> new Plan.Sql(sql.input(), sql.query(), names(schema(sql, Query.of(sql))));
            case Reshape.Describe step
            when step.columns().isEmpty() ->
                step.of(Direct.schema(step.input()).orElseGet(() -> describe(step.input())));
            default -> bound;
        };
    }

    private static List<String> names(Schema schema) {
        return schema.getFields().stream().map(Field::getName).toList();
    }

    /** A file that exists is itself, whatever its name; any other name is a pattern. */
    private static String pattern(Path file) {
        String path = absolute(file);
        return SqlText.literal(Files.exists(file) ? path.replaceAll("[\\[*?]", "[$0]") : path);
    }

    private static String absolute(Path file) {
        return file.toAbsolutePath().toString();
    }

    private static <T> T session(String what, SessionWork<T> work) throws ExecutionException {
        Database.requireOptions();
        return Operation.run(what, operation -> {
            try (Session session = new Session(operation)) {
                return work.run(session);
            }
        });
    }

    private interface SessionWork<T> {
        T run(Session session) throws SQLException, IOException;
    }
}
