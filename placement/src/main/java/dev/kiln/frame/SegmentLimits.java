package dev.kiln.frame;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How many memory files this process may have, so that descriptors and mappings are left for everything else: each takes one of
 * both. Beyond that tables stay in private memory, and go over the link.
 */
final class SegmentLimits {
    private static final Path MAPPINGS = Path.of("/proc/sys/vm/max_map_count");
    private static final long USUAL_MAPPINGS = 65_530;

    private SegmentLimits() {}

    private static final class Known {
        static final long DESCRIPTORS = descriptors() / 4 * 3;
        static final long SEGMENTS = mappings() / 2;

        private static long descriptors() {
            return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                    ? system.getMaxFileDescriptorCount()
                    : Long.MAX_VALUE;
        }

        private static long mappings() {
            // In one read: the kernel gives the rest of such a file to nobody.
            try (InputStream in = Files.newInputStream(MAPPINGS)) {
                byte[] digits = new byte[64];
                int length = in.read(digits);
                return Long.parseLong(new String(digits, 0, Math.max(0, length), StandardCharsets.US_ASCII).strip());
            } catch (IOException | NumberFormatException e) {
                return USUAL_MAPPINGS;
            }
        }
    }

    /** @throws IOException if there should not be one more */
    static void check() throws IOException {
        long segments = Memory.segments();
        if (segments >= Known.DESCRIPTORS) {
            throw new IOException(
                    "too many open files in this process, see ulimit -n: " + segments + " of them hold shared memory");
        }
        if (segments >= Known.SEGMENTS) {
            throw new IOException("too many mappings in this process, see vm.max_map_count: " + segments
                    + " of them are shared memory");
        }
    }
}
