package dev.kiln.frame;

import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBResultSet;
import org.jspecify.annotations.Nullable;

/** One operation's connection to the engine, with the tables that its statement reads. On the operation's thread. */
final class Session implements AutoCloseable {
    /** What the engine has allocated for Arrow and not released yet is counted here. */
    static final BufferAllocator ALLOCATOR = Memory.allocator().newChildAllocator("engine", 0, Long.MAX_VALUE);

    static {
        Memory.engine(ALLOCATOR::getAllocatedMemory);
    }

    private static final int MAX_ROWS = 122_880;
    private static final int MIN_ROWS = 20_480;
    private static final long VALUES_PER_BATCH = 4L << 20;

    private final Operation operation;
    private final DuckDBConnection connection;
    private final List<ArrowArrayStream> streams = new ArrayList<>();

    Session(Operation operation) throws SQLException {
        this.operation = operation;
        this.connection = Database.connect();
    }

    /** Makes the statement's tables known. A stream is read once, so this is needed before each execution. */
    void open(Query query) throws SQLException {
        for (Query.Scan scan : query.scans()) {
            stream(scan, (Table) scan.leaf());
        }
    }

    /** The same with tables that have no rows. */
    void openEmpty(Query query) throws SQLException {
        for (Query.Scan scan : query.scans()) {
            stream(scan, null);
        }
    }

    private void stream(Query.Scan scan, @Nullable Table table) throws SQLException {
        List<Field> fields = scan.leaf().schema().getFields();
        List<String> names = fields.stream().map(Field::getName).toList();
        List<Integer> positions = scan.columns().stream().map(names::indexOf).toList();
        Schema schema = new Schema(positions.stream().map(fields::get).toList());
        TableStream reader = new TableStream(
                ALLOCATOR, schema, table, positions, step(scan.leaf().rows()));
        ArrowArrayStream stream = ArrowArrayStream.allocateNew(ALLOCATOR);
        streams.add(stream);
        Data.exportArrayStream(ALLOCATOR, reader, stream);
        try {
            connection.registerArrowStream(scan.view(), stream);
        } catch (RuntimeException e) {
            // so the engine reports a column type that it does not have
            throw e.getCause() instanceof SQLException refused ? refused : new SQLException(e);
        }
    }

    /** Enough batches for every thread of the engine, but not too small ones. */
    private static int step(long rows) {
        long perThread = rows / (4L * Database.threads()) / 2048 * 2048;
        return Math.clamp(perThread, MIN_ROWS, MAX_ROWS);
    }

    /** Runs the statement and copies its result. The caller has the table's one reference. */
    Table table(Query query, boolean streaming) throws SQLException, IOException {
        if (!streaming) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("set session jdbc_stream_results = false");
            }
        }
        return read(query, (reader, wide) -> {
            VectorSchemaRoot batch = reader.getVectorSchemaRoot();
            try (TableWriter writer = new TableWriter(wide.narrow(batch.getSchema()))) {
                while (reader.loadNextBatch()) {
                    operation.check();
                    wide.pass(batch, ALLOCATOR, writer::append);
                }
                return writer.finish();
            }
        });
    }

    /** The schema of the statement's result. */
    Schema schema(Query query) throws SQLException, IOException {
        return read(
                query,
                (reader, wide) -> wide.narrow(reader.getVectorSchemaRoot().getSchema()));
    }

    /** Looks at the statement as far as that can be done without running it; with parameters, whose types count, it runs. */
    void check(Query query) throws SQLException, IOException {
        if (query.parameters().isEmpty()) {
            prepare(query).close();
        } else {
            schema(query);
        }
    }

    /** Runs the query into a file. Returns the number of rows. */
    long copy(Query query, String target) throws SQLException {
        Query typed = query;
        try (PreparedStatement statement = prepare(query)) {
            typed = ResultTypes.of(statement.getMetaData())
                    .cast(query.sql())
                    .map(query::withSql)
                    .orElse(query);
        }
        String sql = "copy (\n" + typed.sql() + "\n) to " + target;
        try (PreparedStatement statement = prepare(typed.withSql(sql))) {
            operation.started(statement);
            try {
                return statement.executeLargeUpdate();
            } finally {
                operation.ended();
            }
        }
    }

    private interface Reading<T> {
        T read(ArrowReader reader, WideIntegers wide) throws SQLException, IOException;
    }

    private <T> T read(Query query, Reading<T> reading) throws SQLException, IOException {
        Query typed;
        try (PreparedStatement statement = prepare(query)) {
            ResultTypes types = ResultTypes.of(statement.getMetaData());
            if (!types.needCast()) {
                return read(statement, types, reading);
            }
            typed = types.cast(query.sql()).map(query::withSql).orElse(query);
        }
        try (PreparedStatement statement = prepare(typed)) {
            return read(statement, ResultTypes.of(statement.getMetaData()), reading);
        }
    }

    private <T> T read(PreparedStatement statement, ResultTypes types, Reading<T> reading)
            throws SQLException, IOException {
        int rows = Math.clamp(VALUES_PER_BATCH / types.names().size() / 2048 * 2048, 2048, MAX_ROWS);
        operation.started(statement);
        try (DuckDBResultSet result = (DuckDBResultSet) statement.executeQuery();
                ArrowReader reader = (ArrowReader) result.arrowExportStream(ALLOCATOR, rows)) {
            return reading.read(reader, new WideIntegers(types.types()));
        } finally {
            operation.ended();
        }
    }

    private PreparedStatement prepare(Query query) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(query.sql());
        try {
            for (int i = 0; i < query.parameters().size(); i++) {
                statement.setObject(i + 1, query.parameters().get(i).value());
            }
            return statement;
        } catch (Throwable t) {
            statement.close();
            throw t;
        }
    }

    /** The connection first: its views, which go with it, have the addresses of the streams. */
    @Override
    public void close() throws SQLException {
        try {
            connection.close();
        } finally {
            for (ArrowArrayStream stream : streams) {
                // the engine releases those that it has read; releasing also closes the stream's reader
                stream.release();
                stream.close();
            }
        }
    }
}
