package dev.kiln.frame;

import static dev.kiln.frame.Cells.rows;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.IntervalUnit;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameTypesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "true",
                "1::utinyint",
                "1::usmallint",
                "1::uinteger",
                "1::ubigint",
                "-1::tinyint",
                "-1::smallint",
                "1::float",
                "'nan'::double",
                "1.5::decimal(4, 1)",
                "1.5::decimal(38, 1)",
                "date '2020-01-02'",
                "time '01:02:03'",
                "timestamp '2020-01-02 03:04:05'",
                "timestamp_s '2020-01-02 03:04:05'",
                "timestamp_ms '2020-01-02 03:04:05'",
                "timestamp_ns '2020-01-02 03:04:05'",
                "timestamptz '2020-01-02 03:04:05+02'",
                "interval 3 days",
                "hex('ab'::blob)",
                "uuid()",
                "''",
                "'日本'",
                "[1, null, 2]",
                "[[1], null, []]",
                "{'a': 1, 'b': 'x'}",
                "map {'a': 1}",
                "[1, 2]::int[2]"
            })
    @DisplayName("F-08: a value of each of the engine's types goes out and in again unchanged")
    void roundTrip(String value) {
        try (Frame made = Frame.readSql("select " + value + " as x, 1 as y union all select null, 2");
                Frame same = made.filter("y > 0").compute()) {
            assertEquals(made.schema(), same.schema());
            assertEquals(rows(made), rows(same));
            assertEquals(2, rows(same).size());
        }
    }

    @Test
    @DisplayName("F-08: types of fields are cast where they must be, and names of fields that look like types stay")
    void nested() {
        String value = "{'BIT': 1::hugeint, 'HUGEINT': '101'::bit, 'ENUM': ['it''s'::enum('it''s', 'x, y')]}";
        try (Frame made = Frame.readSql("select " + value + " as x, map {'a': 2::hugeint} as m")) {
            assertEquals(
                    "[{\"BIT\":1,\"HUGEINT\":\"101\",\"ENUM\":[\"it's\"]}, [{\"key\":\"a\",\"value\":2}]]",
                    rows(made).getFirst().toString());
        }
    }

    private static Frame ofType(ArrowType type) {
        Schema schema =
                new Schema(List.of(Field.nullable("x", type), Field.nullable("y", new ArrowType.Int(32, true))));
        VectorSchemaRoot root = VectorSchemaRoot.create(schema, Memory.allocator());
        root.allocateNew();
        ((IntVector) root.getVector("y")).setSafe(0, 1);
        root.setRowCount(1);
        return Frame.of(root);
    }

    @Test
    @DisplayName("F-08: Arrow types that the engine does not have come back as the nearest that it has")
    void normalised() {
        assertNormalised(new ArrowType.LargeUtf8(), new ArrowType.Utf8());
        assertNormalised(new ArrowType.Utf8View(), new ArrowType.Utf8());
        assertNormalised(new ArrowType.LargeBinary(), new ArrowType.Binary());
        assertNormalised(new ArrowType.FixedSizeBinary(4), new ArrowType.Binary());
        assertNormalised(new ArrowType.Date(DateUnit.MILLISECOND), new ArrowType.Date(DateUnit.DAY));
        assertNormalised(new ArrowType.Time(TimeUnit.SECOND, 32), new ArrowType.Time(TimeUnit.MICROSECOND, 64));
        assertNormalised(new ArrowType.Duration(TimeUnit.SECOND), new ArrowType.Interval(IntervalUnit.MONTH_DAY_NANO));
        assertNormalised(new ArrowType.Null(), new ArrowType.Int(32, true));
        assertNormalised(
                new ArrowType.Timestamp(TimeUnit.SECOND, "Europe/Zurich"),
                new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC"));
    }

    private static void assertNormalised(ArrowType before, ArrowType after) {
        try (Frame made = ofType(before);
                Frame same = made.filter("y = 1").compute()) {
            assertEquals(after, same.schema().findField("x").getType());
            assertEquals(1, same.rowCount());
            assertEquals(before, made.select("x").schema().findField("x").getType());
        }
    }

    @Test
    @DisplayName("F-08: a type that the engine cannot read fails with its reason, and can be left out")
    void unknown() {
        for (ArrowType type :
                List.of(new ArrowType.FloatingPoint(FloatingPointPrecision.HALF), new ArrowType.Decimal(50, 2, 256))) {
            try (Frame made = ofType(type)) {
                QueryFailed failed = assertThrows(
                        QueryFailed.class, () -> made.filter("y = 1").compute());
                assertTrue(failed.getMessage().contains("Unsupported"), failed.getMessage());
                assertEquals(1, made.filter("y = 1").select("y").rowCount());
            }
        }
    }
}
