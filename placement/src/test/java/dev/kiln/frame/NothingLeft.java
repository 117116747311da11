package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Asserts after each test that it left no buffer, segment or mapping behind. Tests run one after the other; what an earlier one
 * left to the collector is collected first, so that it does not go in the middle.
 */
final class NothingLeft implements BeforeEachCallback, AfterEachCallback {

    private static final Memory.Usage NOTHING = new Memory.Usage(0, 0, 0, 0, 0, 0, 0, 0);
    private static final Duration SETTLING = Duration.ofMillis(20);
    private static final int QUIET_LOOKS = 3;

    private static volatile Memory.Usage before = NOTHING;

    /** What is in use on top of what was there before the test. */
    static Memory.Usage added() {
        Memory.Usage now = Memory.usage();
        Memory.Usage then = before;
        return new Memory.Usage(
                now.privateTables() - then.privateTables(),
                now.privateBytes() - then.privateBytes(),
                now.segments() - then.segments(),
                now.segmentBytes() - then.segmentBytes(),
                now.mappings() - then.mappings(),
                0, // the collector takes these away when it likes
                now.buffers() - then.buffers(),
                now.bufferBytes() - then.bufferBytes());
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        Memory.Usage seen = Memory.usage();
        // One quiet look says little on a busy machine: the collector hands over on threads that may have to wait.
        for (int quiet = 0; quiet < QUIET_LOOKS && !seen.equals(NOTHING); ) {
            System.gc();
            long end = System.nanoTime() + SETTLING.toNanos();
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            Memory.Usage now = Memory.usage();
            quiet = now.equals(seen) ? quiet + 1 : 0;
            seen = now;
        }
        before = seen;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        assertEquals(NOTHING, added(), "what is left of " + context.getDisplayName());
    }
}
