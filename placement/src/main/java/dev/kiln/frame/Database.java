package dev.kiln.frame;

import dev.kiln.frame.spi.ProcessFolders;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import org.apache.arrow.memory.ArrowBuf;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDriver;
import org.jspecify.annotations.Nullable;

/** The process's one DuckDB: in memory, opened by its first use, which takes about half a second. */
final class Database {
    static final String NEEDED_OPTION = "--add-opens=java.base/java.nio=ALL-UNNAMED";

    /**
     * System property with the memory that the engine may take for itself, such as {@code 2GB}: what it sorts, groups and
     * joins with, without the frames. Beyond it, it writes to the temporary directory. Default: a quarter of the machine's,
     * or of the container's, divided by the number of runners that it is for.
     */
    static final String MEMORY_PROPERTY = "kiln.engine.memory";

    /**
     * It does not know how many rows a stream has, so it would guess wrong about the order and the sides of joins, which are
     * written in a good one. Where it may not choose sides, it loses columns when it leaves out an outer join below another
     * one, and refuses the statement ("Failed to bind column reference"; seen in 2.0.0).
     */
    private static final String UNUSED_OPTIMIZERS = "join_order,build_side_probe_side,join_elimination";

    private static volatile @Nullable DuckDBConnection root;
    private static volatile int sharers = 1;

    private Database() {}

    /** The machine's memory is for so many processes. */
    static void share(int processes) {
        sharers = processes;
    }

    /** What the engine may take for itself, in bytes, as far as it is known before it is opened. */
    static long memoryLimit() {
        return ByteSize.parse(System.getProperty(MEMORY_PROPERTY, "")).orElseGet(Database::quarterOfMemory);
    }

    static boolean isOpen() {
        return root != null;
    }

    static int threads() {
        return Runtime.getRuntime().availableProcessors();
    }

    /** A connection of its own for one operation; costs some microseconds once the database is open. */
    static DuckDBConnection connect() throws SQLException {
        DuckDBConnection open = root;
        return (open == null ? open() : open).duplicate();
    }

    /** @throws IllegalStateException if this JVM was started without an option that the engine cannot do without */
    static void requireOptions() {
        if (!ByteBuffer.class.getModule().isOpen("java.nio", ArrowBuf.class.getModule())) {
            throw new IllegalStateException("the engine exchanges data through Arrow's C interface, which needs the JVM"
                    + " option " + NEEDED_OPTION + "; add it to the command line or to JDK_JAVA_OPTIONS, or let the"
                    + " frame be worked on in another process");
        }
    }

    private static synchronized DuckDBConnection open() throws SQLException {
        DuckDBConnection open = root;
        if (open != null) {
            return open;
        }
        // A folder of this process: what it leaves when it is killed is swept by those that come after it.
        Path temporary = ProcessFolders.unused(Path.of(System.getProperty("java.io.tmpdir")));
        Properties settings = new Properties();
        settings.setProperty("threads", "" + threads());
        settings.setProperty("memory_limit", System.getProperty(MEMORY_PROPERTY, quarterOfMemory() + "B"));
        // the engine makes it when it first needs it
        settings.setProperty("temp_directory", temporary.toString());
        settings.setProperty("disabled_optimizers", UNUSED_OPTIMIZERS);
        settings.setProperty("autoinstall_known_extensions", "false");
        settings.setProperty("autoload_known_extensions", "false");
        open = (DuckDBConnection) new DuckDBDriver().connect("jdbc:duckdb:", settings);
        UnpackedLibraries.forget();
        try (Statement statement = open.createStatement()) {
            for (String setting : List.of("TimeZone = 'UTC'", "jdbc_stream_results = true")) {
                statement.execute("set global " + setting);
            }
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> ProcessFolders.remove(temporary), "kiln-engine-end"));
        root = open;
        return open;
    }

    private static long quarterOfMemory() {
        com.sun.management.OperatingSystemMXBean system =
                ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
        return system.getTotalMemorySize() / 4 / sharers;
    }
}
