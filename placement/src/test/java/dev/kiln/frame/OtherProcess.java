package dev.kiln.frame;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/** What {@link TableProcessIT} runs in other JVMs, and how it talks to them: one line each way per step. */
final class OtherProcess implements AutoCloseable {

    private final Process process;
    private final BufferedReader answers;
    private final PrintStream orders;
    private final Path errors;

    private OtherProcess(Process process, Path errors) {
        this.process = process;
        this.errors = errors;
        this.answers = process.inputReader(StandardCharsets.UTF_8);
        this.orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    }

    static OtherProcess start(Path directory, List<String> flags, String role) throws IOException {
        Path errors = Files.createTempFile(directory, role, ".err");
        List<String> command = new ArrayList<>();
        if (role.equals("limited")) {
            command.addAll(List.of("bash", "-c", "ulimit -f 4000 -n 200; exec \"$@\"", "bash"));
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), OtherProcess.class.getName(), role));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        builder.environment().remove("JDK_JAVA_OPTIONS");
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        return new OtherProcess(builder.start(), errors);
    }

    String answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("the other process ended: " + Files.readString(errors));
        }
        return line;
    }

    void order(String line) {
        orders.println(line);
    }

    Process process() {
        return process;
    }

    String errors() throws IOException {
        return Files.readString(errors);
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    static String encoded(SharedTable image) {
        Base64.Encoder base64 = Base64.getEncoder();
        return String.join(
                " ",
                Long.toString(image.pid()),
                Integer.toString(image.fd()),
                base64.encodeToString(image.token()),
                Long.toString(image.size()),
                base64.encodeToString(image.descriptor()));
    }

    static SharedTable decoded(String line) {
        String[] parts = line.split(" ", -1);
        Base64.Decoder base64 = Base64.getDecoder();
        return new SharedTable(
                Long.parseLong(parts[0]),
                Integer.parseInt(parts[1]),
                base64.decode(parts[2]),
                Long.parseLong(parts[3]),
                base64.decode(parts[4]));
    }

    static Table allTypes() {
        return Table.of(RandomRoots.ofAllTypes(42, 500, Memory.allocator()));
    }

    public static void main(String[] arguments) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        switch (arguments[0]) {
            case "owner" -> own(in, out);
            case "reader" -> read(in, out);
            case "everything" -> everything(out);
            case "limited" -> limited(out);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    /** Shares a table, and frees it when told to. */
    private static void own(BufferedReader in, PrintStream out) throws IOException {
        Table table = allTypes();
        out.println(encoded(table.share()));
        in.readLine();
        table.release();
        out.println("freed");
        in.readLine();
    }

    /** Maps a table, tells what is in it, and again after a while. */
    private static void read(BufferedReader in, PrintStream out) throws IOException {
        Table table = Table.map(decoded(in.readLine()));
        out.println(Contents.of(table).hashCode());
        in.readLine();
        out.println(Contents.of(table).hashCode());
        table.release();
        out.println(Memory.usage().mappings());
    }

    record Row(
            int n, double x, @Nullable String s, @Nullable LocalDate day) {}

    /** All that a caller's JVM must be able to do. */
    private static void everything(PrintStream out) throws IOException {
        Map<String, Object> columns = new LinkedHashMap<>();
        columns.put("n", IntStream.range(0, 300_000).toArray());
        columns.put("x", new double[300_000]);
        columns.put("s", IntStream.range(0, 300_000).mapToObj(i -> "s" + i).toList());
        columns.put("day", Arrays.asList(new LocalDate[300_000]));
        Table table = Table.fromColumns(columns);
        check(table.toRows(Row.class).get(299_999).equals(new Row(299_999, 0, "s299999", null)), "toRows");
        Table mapped = mapped(table);
        check(Contents.of(mapped).equals(Contents.of(table)), "share and map");
        Table received = Table.fromMessages(
                table.schemaMessage(), List.of(table.batchMessage(0, 0, 1000), table.batchMessage(0, 1000, 9)));
        check(received.rows() == 1009, "messages");
        check(received.preview(3).endsWith("1009 rows, 4 columns, the first 3 shown"), "preview");
        try (BufferAllocator allocator = new RootAllocator()) {
            try (VectorSchemaRoot home = received.toArrow(allocator)) {
                check(home.getRowCount() == 1009, "toArrow, concatenated");
            }
            try (VectorSchemaRoot home = mapped.toArrow(allocator)) {
                check(Contents.of(home).equals(Contents.of(table)), "toArrow, lent");
            }
            Table random = Table.of(RandomRoots.ofAllTypes(1, 100, allocator));
            Table again = Table.fromMessages(random.schemaMessage(), List.of(random.batchMessage(0, 0, 100)));
            check(Contents.of(again).equals(Contents.of(random)), "every type");
            again.release();
            random.release();
        }
        Path file = Files.createTempFile("table", ".arrow");
        mapped.writeArrow(file);
        Table read = Table.readArrow(file);
        Files.delete(file);
        check(Contents.of(read).equals(Contents.of(mapped)), "files");
        Table rows = Table.fromRows(List.of(new Row(1, 2, "three", LocalDate.EPOCH)));
        check(rows.toRows(Row.class).equals(List.of(new Row(1, 2, "three", LocalDate.EPOCH))), "rows");
        List.of(table, mapped, received, read, rows).forEach(Table::release);
        Memory.Usage left = Memory.usage();
        check(left.buffers() + left.segments() + left.mappings() + left.privateTables() == 0, "nothing left");
        out.println("all done");
    }

    /** The table again, through shared memory where there is any. */
    private static Table mapped(Table table) {
        if (Table.canShare()) {
            return Table.map(table.share());
        }
        try {
            table.share();
            throw new AssertionError("shared");
        } catch (FrameRefused e) {
            check(e.getMessage().contains("cannot make memory files"), e.getMessage());
            return table.slice(0, table.rows());
        }
    }

    /** Runs out of room for shared memory, and of descriptors. */
    private static void limited(PrintStream out) {
        try {
            Table.fromColumns(Map.of("n", new int[3_000_000]));
            throw new AssertionError("made");
        } catch (FrameRefused e) {
            check(e.getMessage().contains("no room for 12000000 more bytes of shared memory"), e.getMessage());
            check(e.getMessage().contains("ulimit -f"), e.getMessage());
        }
        check(manyRows().rows() == 400_000, "with descriptors"); // also loads the classes: later none can be opened
        List<Table> tables = new ArrayList<>(List.of(Table.fromColumns(Map.of("n", new int[10]))));
        check(Contents.of(tables.getFirst()).get("n").size() == 10, "before");
        boolean refused = false;
        while (!refused) {
            Table table = Table.fromColumns(Map.of("n", new int[10]));
            tables.add(table);
            try {
                table.share();
            } catch (FrameRefused e) {
                refused = true;
                check(e.getMessage().contains("too many open files in this process"), e.getMessage());
                check(Contents.of(table).get("n").size() == 10, "the table is as before");
            }
        }
        check(manyRows().rows() == 400_000, "without descriptors");
        tables.forEach(Table::release);
        Memory.Usage left = Memory.usage();
        check(left.buffers() + left.segments() + left.mappings() + left.privateTables() == 0, "nothing left");
        out.println("all done");
    }

    /** A table that has been freed, of more rows than stay private if there is a choice. */
    private static Table manyRows() {
        Table part = Table.fromColumns(Map.of("n", new int[20_000]));
        try (TableWriter writer = new TableWriter(part.schema())) {
            for (int i = 0; i < 20; i++) {
                part.read(0, view -> {
                    writer.append(view);
                    return null;
                });
            }
            part.release();
            Table large = writer.finish();
            large.release();
            return large;
        }
    }

    private static void check(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }
}
