package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.frame.Series;
import dev.kiln.pool.Pool;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A caller's JVM belongs to its user: it is started with a class path and nothing else. */
@ExtendWith(LeavesNothing.class)
class NoFlagsIT {

    record Row(long x, String name) {}

    /** The flagless caller. */
    static final class Caller {
        public static void main(String[] arguments) {
            try (Pool pool = Pool.named("plain").max(1).open();
                    RootAllocator allocator = new RootAllocator()) {
                String csv = arguments[0];
                Frame big = pool.call(() -> Frame.columns(Map.of("x", new long[1_000_000])));
                try (Frame home = big.collect();
                        VectorSchemaRoot arrow = home.toArrow(allocator)) {
                    System.out.println("collected " + arrow.getRowCount() + " "
                            + ((BigIntVector) arrow.getVector("x")).get(999_999));
                }
                Frame small = pool.call(() -> Frame.rows(List.of(new Row(1, "one"), new Row(2, "zwei"))));
                System.out.println("rows " + small.filter("x > 1").toRows(Row.class));
                Frame local = Frame.columns(Map.of("x", new long[] {2}, "label", List.of("hier")))
                        .select("x", "label"); // a map of the JDK has an order of its own in each JVM
                Frame joined = small.join(local, dev.kiln.frame.JoinType.INNER, "x");
                System.out.println("joined " + joined.collect().rowCount());
                System.out.println("csv "
                        + pool.call(() -> Frame.readCsv(Path.of(csv)))
                                .head(5)
                                .collect()
                                .rowCount());
                small.show();
                System.out.println("local " + local.select("label").rowCount());
                Series column = small.column("x");
                System.out.println("series " + column.plus(1).toList()
                        + column.sum().orElseThrow() + column.collect().size());
                Frame put = local.concatColumns(Frame.columns(Map.of("n", new int[] {7})))
                        .put("there", small.head(1).column("x"));
                System.out.println("put " + put.collect().names() + put.isRemote());
                System.out.println("verbs " + small.sample(1, 2).rowCount()
                        + small.describe().rowCount()
                        + small.pivotWider("name", "x").names());
                try {
                    System.out.println(
                            "engine " + local.filter("x > 1").collect().rowCount());
                } catch (IllegalStateException e) {
                    System.out.println(
                            "documented " + e.getMessage().lines().findFirst().orElse(""));
                }
                Frame.closeAll(List.of(big, small, local, joined));
            }
            System.out.println("done");
        }
    }

    @Test
    @DisplayName(
            "F-08: collect, toArrow, toRows, joins, show, series and columns side by side work in a caller's JVM that was started without any flag")
    void aCallerWithoutFlags() throws Exception {
        String csv = Path.of(System.getProperty("kiln.root"), "examples", "data", "airports.csv")
                .toString();
        try (JavaProgram caller = JavaProgram.start(Caller.class, csv)) {
            assertEquals("1000000 0", caller.await("collected "));
            assertEquals("[Row[x=2, name=zwei]]", caller.await("rows "));
            assertEquals("1", caller.await("joined "));
            assertEquals("5", caller.await("csv "));
            assertEquals("1", caller.await("local "));
            assertEquals("[2, 3]32", caller.await("series "));
            assertEquals("[x, label, n, there]false", caller.await("put "));
            assertEquals("12[one, zwei]", caller.await("verbs "));
            assertTrue(caller.await("documented ").contains("--add-opens=java.base/java.nio=ALL-UNNAMED"));
            caller.await("done");
            assertEquals(0, caller.status());
        }
    }
}
