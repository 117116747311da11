package dev.kiln.frame;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Huge pages of shared memory: whether there are any, and whether to ask. Where the system gives them to all memory files ({@code always}, {@code force}) or to
 * what is large enough ({@code within_size}) those that are written get them unasked; where it gives them to who asks ({@code
 * advise}, and {@code within_size} for what was written piece by piece) {@code madvise} asks; else asking would be in vain.
 * Only who writes through a mapping asks: what it got, other mappings show as it is (with {@code within_size} those of readers were
 * measured without asking, docs/adr/0012).
 * Source: Linux, Documentation/admin-guide/mm/transhuge.rst, "Hugepages in tmpfs/shmem".
 */
final class HugePages {

    /** What a mapping must have for one of them to fit, whatever its address. */
    static final long LEAST_BYTES = 4L << 20;

    private static final Path SYSTEM = Path.of("/sys/kernel/mm/transparent_hugepage");
    private static final Pattern CHOSEN = Pattern.compile("\\[(\\w+)]");

    private HugePages() {}

    /** Read once: who changes it starts anew. */
    private static final class Known {
        static final boolean ADVISED = areAdvised(SYSTEM);
        static final boolean GIVEN = areGiven(SYSTEM);
    }

    /** Whether a mapping of so many bytes is to ask. */
    static boolean wanted(long bytes) {
        return bytes >= LEAST_BYTES && Known.ADVISED;
    }

    /** Whether large memory files have them, so that mapping all of one costs next to nothing. */
    static boolean given() {
        return Known.GIVEN;
    }

    /** @param folder where the kernel tells what it does */
    static boolean areAdvised(Path folder) {
        return switch (mode(folder)) {
            case "advise", "within_size" -> true;
            default -> false;
        };
    }

    static boolean areGiven(Path folder) {
        return switch (mode(folder)) {
            case "always", "within_size", "force" -> true;
            default -> false;
        };
    }

    private static String mode(Path folder) {
        try {
            String modes = Files.readString(folder.resolve("shmem_enabled"), StandardCharsets.US_ASCII);
            Matcher chosen = CHOSEN.matcher(modes);
            return chosen.find() ? chosen.group(1) : "";
        } catch (IOException e) {
            return ""; // another system, or a kernel without them
        }
    }
}
