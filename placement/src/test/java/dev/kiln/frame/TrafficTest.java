package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The parties are in one process here, so what all of them read and receive is counted together. */
class TrafficTest {

    private static final int ROWS = 100_000;

    /** Of a column of longs, with its bitmap. */
    private static final long COLUMN = ROWS * 8L + ROWS / 8;

    private final Hub hub = new Hub();
    private final FrameSpace n2 = hub.runner("n2", new SpaceOptions(true, true, Duration.ofSeconds(20)));
    private Traffic before;

    @AfterEach
    void close() {
        hub.close();
    }

    private static Frame columns() {
        return Frame.columns(Map.of("x", new long[ROWS], "y", new long[ROWS]));
    }

    private Traffic since() {
        Traffic now = Traffic.here().since(before);
        assertEquals(Traffic.here(), before.plus(now));
        return now;
    }

    @Test
    @DisplayName("F-05: what the engine reads of a frame is counted by its columns, and nothing moves")
    void scanned() {
        Frame handle = hub.call(n2, TrafficTest::columns);
        before = Traffic.here();
        handle.filter("x >= 0").rowCount();
        Traffic now = since();
        assertEquals(COLUMN, now.scannedBytes(), "one of the two columns");
        assertEquals(0, now.mappedBytes());
        assertTrue(now.copiedBytes() < 1_000, now::toString); // the count came here
    }

    @Test
    @DisplayName("F-07: what is mapped is counted as such, and no byte of it as copied")
    void mapped() {
        Frame handle = hub.call(n2, TrafficTest::columns);
        before = Traffic.here();
        handle.collect().close();
        assertEquals(new Traffic(0, 0, Table.canShare() ? handle.byteSize() : 0, 0), since());
    }

    @Test
    @DisplayName("F-07: what comes in messages is counted with what they add, in the message itself or fetched")
    void copied() {
        Hub far = new Hub();
        FrameSpace runner = far.runner("far", new SpaceOptions(true, false, Duration.ofSeconds(20)));
        long data = 3 * ROWS * 8L; // of bitmaps without nulls nothing is sent
        Frame handle = far.call(runner, TrafficTest::columns);
        before = Traffic.here();
        handle.select("x").collect().close();
        handle.collect().close();
        Traffic now = since();
        assertEquals(0, now.mappedBytes());
        assertEquals(0, now.scannedBytes());
        assertTrue(now.copiedBytes() >= data && now.copiedBytes() < data + 10_000, now::toString);
        far.close();
    }
}
