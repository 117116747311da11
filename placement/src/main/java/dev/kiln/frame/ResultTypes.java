package dev.kiln.frame;

import static java.util.stream.Collectors.joining;

import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Types of the engine that have no good counterpart in Arrow are others in its result: an enumeration, which would come
 * as a dictionary, is text; a 128-bit integer, the type of a sum of integers, has 64 bits, which fails if it does not
 * fit; bits are text; a column that is nothing but null is an integer.
 *
 * @param names the columns of a result
 * @param types their types, as the engine writes them
 */
record ResultTypes(List<String> names, List<String> types) {
    // A type inside another one is followed by a bracket or a comma, the name of a field by a space.
    private static final Pattern ENUM = Pattern.compile("\\bENUM(?:\\((?:'(?:[^']|'')*'(?:, )?)*\\)|$)");
    private static final Pattern HUGE = Pattern.compile("\\b(U?)HUGEINT(?=[\\[,)]|$)");
    private static final Pattern BIT = Pattern.compile("\\bBIT(?=[\\[,)]|$)");

    static ResultTypes of(ResultSetMetaData columns) throws SQLException {
        List<String> names = new ArrayList<>();
        List<String> types = new ArrayList<>();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
            names.add(columns.getColumnName(i));
            types.add(columns.getColumnTypeName(i));
        }
        return new ResultTypes(names, types);
    }

    /** Whether the statement needs casts: for all but the columns that {@link WideIntegers} makes 64 bits wide. */
    boolean needCast() {
        return types.stream().anyMatch(type -> !WideIntegers.isWide(type) && !type.equals(wanted(type)));
    }

    /** The statement with casts around all columns that need one; empty if none does. */
    Optional<String> cast(String sql) {
        List<String> list = new ArrayList<>();
        boolean any = false;
        for (int i = 0; i < types.size(); i++) {
            String type = types.get(i);
            String wanted = wanted(type);
            String name = Names.quote(names.get(i));
            list.add(wanted.equals(type) ? name : "cast(" + name + " as " + wanted + ") as " + name);
            any |= !wanted.equals(type);
        }
        return any
                ? Optional.of(list.stream().collect(joining(", ", "select ", " from (\n" + sql + "\n)")))
                : Optional.empty();
    }

    private static String wanted(String type) {
        if (type.equals("\"NULL\"")) {
            return "INTEGER";
        }
        String text = ENUM.matcher(type).replaceAll("VARCHAR");
        return BIT.matcher(HUGE.matcher(text).replaceAll("$1BIGINT")).replaceAll("VARCHAR");
    }
}
