package dev.kiln.frame;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Statements that the engine has looked at and found good, so that who makes the same verbs again, in a loop, does not pay for the
 * check each time. What could have changed since, such as a file that an expression reads, shows when the statement runs. Any thread.
 */
final class PassedChecks {
    private static final int MOST = 256;
    private static final int LONGEST_TEXT = 16 << 10;

    private final Map<Statement, Boolean> passed = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Statement, Boolean> eldest) {
            return size() > MOST;
        }
    };

    /** All that the answer depends on: the text, and the types of what it reads and is given. */
    private record Statement(String sql, List<Schema> tables, List<String> parameters) {
        static Statement of(Query query) {
            return new Statement(
                    query.sql(),
                    query.scans().stream().map(scan -> scan.leaf().schema()).toList(),
                    query.parameters().stream().map(Statement::type).toList());
        }

        private static String type(Parameter parameter) {
            return parameter.value() == null ? "" : parameter.value().getClass().getName();
        }
    }

    boolean contains(Query query) {
        if (query.sql().length() > LONGEST_TEXT) {
            return false;
        }
        Statement statement = Statement.of(query);
        synchronized (passed) {
            return passed.get(statement) != null; // which makes it the youngest
        }
    }

    void add(Query query) {
        if (query.sql().length() <= LONGEST_TEXT) {
            Statement statement = Statement.of(query);
            synchronized (passed) {
                passed.put(statement, true);
            }
        }
    }
}
