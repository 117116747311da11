package dev.kiln.frame;

import static java.util.stream.Collectors.joining;

import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Types of the engine that have no good counterpart in Arrow are cast in its result: an enumeration, which would come
 * as a dictionary, to text; a 128-bit integer, the type of a sum of integers, to 64 bits, which fails if it does not
 * fit; bits to text; a column that is nothing but null to an integer.
 */
final class ResultTypes {
    // A type inside another one is followed by a bracket or a comma, the name of a field by a space.
    private static final Pattern ENUM = Pattern.compile("\\bENUM(?:\\((?:'(?:[^']|'')*'(?:, )?)*\\)|$)");
    private static final Pattern HUGE = Pattern.compile("\\b(U?)HUGEINT(?=[\\[,)]|$)");
    private static final Pattern BIT = Pattern.compile("\\bBIT(?=[\\[,)]|$)");

    private ResultTypes() {}

    /** The same query with casts around its columns, if it needs any. */
    static Optional<String> cast(String sql, ResultSetMetaData columns) throws SQLException {
        List<String> list = new ArrayList<>();
        boolean any = false;
        for (int i = 1; i <= columns.getColumnCount(); i++) {
            String type = columns.getColumnTypeName(i);
            String wanted = type.equals("\"NULL\"") ? "INTEGER" : plain(type);
            String name = Names.quote(columns.getColumnName(i));
            list.add(wanted.equals(type) ? name : "cast(" + name + " as " + wanted + ") as " + name);
            any |= !wanted.equals(type);
        }
        return any
                ? Optional.of(list.stream().collect(joining(", ", "select ", " from (\n" + sql + "\n)")))
                : Optional.empty();
    }

    private static String plain(String type) {
        String text = ENUM.matcher(type).replaceAll("VARCHAR");
        return BIT.matcher(HUGE.matcher(text).replaceAll("$1BIGINT")).replaceAll("VARCHAR");
    }
}
