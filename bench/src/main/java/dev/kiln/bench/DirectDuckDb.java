package dev.kiln.bench;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDriver;
import org.duckdb.DuckDBResultSet;

/** DuckDB over Arrow as a program without Kiln would have it: the columns that the query needs, in batches. One thread. */
final class DirectDuckDb implements AutoCloseable {
    private static final int BATCH_ROWS = 122_880; // as the engine's own row groups

    private final BufferAllocator allocator = new RootAllocator();
    private final List<ArrowRecordBatch> batches = new ArrayList<>();
    private final Schema schema;
    private final DuckDBConnection connection;

    DirectDuckDb(int rows) throws SQLException {
        IntVector owners = new IntVector("owner", allocator);
        BigIntVector amounts = new BigIntVector("amount", allocator);
        Float8Vector scores = new Float8Vector("score", allocator);
        try (VectorSchemaRoot root = VectorSchemaRoot.of(owners, amounts, scores)) {
            schema = root.getSchema();
            VectorUnloader unloader = new VectorUnloader(root);
            for (int from = 0; from < rows; from += BATCH_ROWS) {
                int count = Math.min(BATCH_ROWS, rows - from);
                root.allocateNew();
                for (int i = 0; i < count; i++) {
                    owners.setSafe(i, Trades.owner(from + i));
                    amounts.setSafe(i, Trades.amount(from + i));
                    scores.setSafe(i, Trades.score(from + i));
                }
                root.setRowCount(count);
                batches.add(unloader.getRecordBatch());
                root.clear();
            }
        }
        connection = (DuckDBConnection) new DuckDBDriver().connect("jdbc:duckdb:", new Properties());
    }

    /** Runs the query and reads its result as Arrow. */
    VerbsBench.Answer ask(String query) throws SQLException, IOException {
        var answer = new VerbsBench.Answer();
        try (ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator);
                Batches reader = new Batches()) {
            Data.exportArrayStream(allocator, reader, stream);
            connection.registerArrowStream("trades", stream);
            try (var statement = connection.createStatement();
                    ResultSet result = statement.executeQuery(query);
                    ArrowReader groups = (ArrowReader)
                            result.unwrap(DuckDBResultSet.class).arrowExportStream(allocator, BATCH_ROWS)) {
                while (groups.loadNextBatch()) {
                    answer.add(groups.getVectorSchemaRoot());
                }
            }
            try (var statement = connection.createStatement()) {
                statement.execute("drop view trades"); // before its stream is freed
            }
        }
        return answer;
    }

    private final class Batches extends ArrowReader {
        private int next;

        Batches() {
            super(DirectDuckDb.this.allocator);
        }

        @Override
        public boolean loadNextBatch() throws IOException {
            if (next == batches.size()) {
                return false;
            }
            new VectorLoader(getVectorSchemaRoot()).load(batches.get(next++));
            return true;
        }

        @Override
        public long bytesRead() {
            return 0;
        }

        @Override
        protected void closeReadSource() {}

        @Override
        protected Schema readSchema() {
            return schema;
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
        batches.forEach(ArrowRecordBatch::close);
        allocator.close();
    }
}
