package dev.kiln.frame;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Connection;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Struct;
import java.sql.Timestamp;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** DuckDB alone: a connection of the test's own, which knows nothing of frames. One thread. */
final class Oracle implements AutoCloseable {
    private final Connection connection;

    Oracle() throws SQLException {
        connection = DriverManager.getConnection("jdbc:duckdb:");
        try (Statement statement = connection.createStatement()) {
            statement.execute("set threads = 1");
            statement.execute("set TimeZone = 'UTC'");
            statement.execute("pragma disable_optimizer"); // planning is most of what small data costs
        }
    }

    /** All rows of a query, made comparable. */
    List<List<Object>> rows(String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            List<List<Object>> rows = new ArrayList<>();
            int columns = result.getMetaData().getColumnCount();
            while (result.next()) {
                List<Object> row = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    row.add(comparable(result.getObject(i)));
                }
                rows.add(row);
            }
            return rows;
        }
    }

    /** All rows of a frame's chain, made comparable. */
    static List<List<Object>> rows(Frame frame) {
        return frame.collected(table -> {
            List<List<Object>> rows = new ArrayList<>();
            for (int batch = 0; batch < table.batchCount(); batch++) {
                table.read(batch, root -> {
                    for (int row = 0; row < root.getRowCount(); row++) {
                        int at = row;
                        List<Object> cells = new ArrayList<>();
                        root.getFieldVectors().forEach(vector -> cells.add(comparable(CellReader.read(vector, at))));
                        rows.add(cells);
                    }
                    return rows.size();
                });
            }
            return rows;
        });
    }

    /** Whole numbers of any width are equal, and so are decimals of any scale; floating point numbers are themselves. */
    private static Object comparable(Object value) {
        return switch (value) {
            case null -> null;
            case Byte n -> n.longValue();
            case Short n -> n.longValue();
            case Integer n -> n.longValue();
            case BigInteger n -> n.longValueExact();
            case Float n -> n.doubleValue();
            case Double n -> n;
            case BigDecimal n -> n.stripTrailingZeros().toPlainString();
            case Date date -> date.toLocalDate();
            case Timestamp time -> time.toLocalDateTime();
            case OffsetDateTime time -> time.toInstant();
            case byte[] bytes -> "bytes " + HexFormat.of().formatHex(bytes);
            case Blob blob -> {
                try {
                    yield comparable(blob.getBytes(1, (int) blob.length()));
                } catch (SQLException e) {
                    throw new AssertionError(e);
                }
            }
            case Struct struct -> {
                try {
                    yield comparable(Arrays.asList(struct.getAttributes()));
                } catch (SQLException e) {
                    throw new AssertionError(e);
                }
            }
            case Map<?, ?> fields -> comparable(new ArrayList<>(fields.values()));
            case Array array -> {
                try {
                    yield comparable(Arrays.asList((Object[]) array.getArray()));
                } catch (SQLException e) {
                    throw new AssertionError(e);
                }
            }
            case List<?> list -> {
                List<Object> elements = new ArrayList<>();
                list.forEach(element -> elements.add(comparable(element)));
                yield elements;
            }
            default -> value;
        };
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
