package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kiln.frame.Frame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of ours, read by programs that know nothing of us. */
class InterchangeIT {

    @TempDir
    Path folder;

    /** Of every type that has a counterpart there, with values and nulls at the ends of their ranges. */
    private static Frame types() {
        return Frame.readSql("""
                select * from (values
                    (true, 1::tinyint, -2::smallint, 3, 9007199254740993, 1.5::float, 2.25::double, 'a', '\\x01\\xFF'::blob,
                     date '2001-02-03', time '01:02:03.5', timestamp '2001-02-03 04:05:06.789',
                     timestamptz '2001-02-03 04:05:06+00', 1234.56::decimal(10, 2), [1, null, 3], {'x': 7, 'y': 'b'}),
                    (null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null),
                    (false, (-128)::tinyint, 32767::smallint, (-2147483648)::integer, (-9223372036854775808)::bigint, (-2.5)::float, -0.5,
                     'äöü𝄞', ''::blob, date '1969-12-31', time '00:00:00', timestamp '1969-12-31 23:59:59',
                     timestamptz '1970-01-01 00:00:00+00', (-0.01)::decimal(10, 2), [], {'x': null, 'y': ''}))
                t(b, i8, i16, i32, i64, f32, f64, s, bytes, d, t, ts, tz, dec, list, struct)
                """);
    }

    /** Several batches, with nulls in all of them. */
    private static Frame large() {
        Frame numbers = Frame.readSql("select range as n, case when range % 7 = 0 then null else range % 100 end as m,"
                + " 'text ' || range as s from range(300000)");
        return numbers.slice(0, 100_001).concatRows(numbers.slice(100_001, 99_999), numbers.slice(200_000, 100_000));
    }

    private static final String TYPES = """
            {"columns":["b: Bool","i8: Int8","i16: Int16","i32: Int32","i64: Int64","f32: Float32","f64: Float64","s: Utf8",\
            "bytes: Binary","d: Date32<DAY>","t: Time64<MICROSECOND>","ts: Timestamp<MICROSECOND>",\
            "tz: Timestamp<MICROSECOND, UTC>","dec: Decimal[10e+2]","list: List<Int32>",\
            "struct: Struct<{x:Int32, y:Utf8}>"],"rows":3,"batches":1,"values":[\
            [true,1,-2,3,"9007199254740993",1.5,2.25,"a","01ff",981158400000,"3723500000",981173106789,981173106000,\
            "123456",[1,null,3],[["x",7],["y","b"]]],\
            [null,null,null,null,null,null,null,null,null,null,null,null,null,null,null,null],\
            [false,-128,32767,-2147483648,"-9223372036854775808",-2.5,-0.5,"äöü𝄞","",-86400000,"0",-1000,0,\
            "-1",[],[["x",null],["y",""]]]]}""";

    private static final String LARGE = """
            {"columns":["n: Int64","m: Int64","s: Utf8"],"rows":300000,"batches":3,"totals":{\
            "n":{"sum":44999850000,"nulls":0},"m":{"sum":12728529,"nulls":42858},"s":{"sum":0,"nulls":0}}}""";

    @Test
    @DisplayName("F: apache-arrow of npm reads our IPC files and our IPC streams, of every type, batch by batch")
    void apacheArrow() throws IOException, InterruptedException {
        List<Path> files = new ArrayList<>();
        for (String suffix : List.of(".arrow", ".arrows")) {
            try (Frame types = types();
                    Frame large = large()) {
                files.add(folder.resolve("types" + suffix));
                types.writeArrow(files.getLast());
                files.add(folder.resolve("large" + suffix));
                assertEquals(300_000, large.writeArrow(files.getLast()));
            }
        }
        assertEquals(List.of(TYPES, LARGE, TYPES, LARGE), node(files));
    }

    private List<String> node(List<Path> files) throws IOException, InterruptedException {
        assumeTrue(isHere("node") && isHere("npm"), "node and npm are not on the PATH: install them to run this test");
        Path npm = npmFolder();
        run(npm, List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"));
        List<String> command = new ArrayList<>(List.of("node", "read.js"));
        files.forEach(file -> command.add(file.toString()));
        return run(npm, command);
    }

    /** A copy below target: npm puts its packages beside the files that name them. */
    private static Path npmFolder() throws IOException {
        Path root = Path.of(Objects.requireNonNull(System.getProperty("kiln.root")));
        Path copy = Files.createDirectories(root.resolve("target/system-tests/npm"));
        for (String name : List.of("package.json", "package-lock.json", "read.js")) {
            Files.copy(
                    root.resolve("src/test/npm").resolve(name),
                    copy.resolve(name),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        return copy;
    }

    private static boolean isHere(String program) {
        return List.of(System.getenv().getOrDefault("PATH", "").split(java.io.File.pathSeparator)).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private List<String> run(Path in, List<String> command) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command)
                .directory(in.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(3, TimeUnit.MINUTES);
        if (!ended) {
            process.destroyForcibly();
        }
        String printed = Files.readString(output);
        assertEquals(0, ended ? process.exitValue() : -1, () -> command + " failed:\n" + printed);
        return printed.lines().toList();
    }

    @Test
    @DisplayName("F: DuckDB by itself reads our Parquet files, of every type, and finds what we find")
    void duckdb() throws SQLException {
        Path file = folder.resolve("types.parquet");
        Path many = folder.resolve("large.parquet");

        try (Frame types = types();
                Frame large = large()) {
            assertEquals(3, types.writeParquet(file));
            assertEquals(300_000, large.writeParquet(many));
        }
        List<List<String>> rows = query("select * from '" + file + "'");
        assertEquals(
                List.of(
                        "true",
                        "1",
                        "-2",
                        "3",
                        "9007199254740993",
                        "1.5",
                        "2.25",
                        "a",
                        "\\x01\\xFF",
                        "2001-02-03",
                        "01:02:03.500",
                        "2001-02-03 04:05:06.789",
                        "2001-02-03T04:05:06Z",
                        "1234.56",
                        "[1, NULL, 3]",
                        "{'x': 7, 'y': b}"),
                rows.get(0));
        assertEquals(Collections.nCopies(16, null), rows.get(1));
        assertEquals(
                List.of("-128", "32767", "-2147483648", "-9223372036854775808", "-2.5", "-0.5", "äöü𝄞", ""),
                rows.get(2).subList(1, 9));
        assertEquals(
                "BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, FLOAT, DOUBLE, VARCHAR, BLOB, DATE, TIME, TIMESTAMP,"
                        + " TIMESTAMP WITH TIME ZONE, DECIMAL(10,2), INTEGER[], STRUCT(x INTEGER, y VARCHAR)",
                query("describe select * from '" + file + "'").stream()
                        .map(column -> column.get(1))
                        .collect(Collectors.joining(", ")));
        assertEquals(
                List.of(List.of("300000", "44999850000", "12728529", "257142", "text 99999")),
                query("select count(*), sum(n), sum(m), count(m), max(s) from '" + many + "'"));
    }

    /** On a connection that has nothing to do with our engine's. */
    private static List<List<String>> query(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                ResultSet result = connection.createStatement().executeQuery(sql)) {
            List<List<String>> rows = new ArrayList<>();
            while (result.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    row.add(result.getString(i));
                }
                rows.add(row);
            }
            return rows;
        }
    }
}
