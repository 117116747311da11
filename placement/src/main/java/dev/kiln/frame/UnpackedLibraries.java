package dev.kiln.frame;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.arrow.c.jni.JniLoader;

/**
 * The native libraries that DuckDB and Arrow unpack to the temporary folder when they are first used: 70 MB that a process
 * which is killed would leave there, since both delete them at a normal exit only.
 */
final class UnpackedLibraries {
    private static final Path MAPS = Path.of("/proc/self/maps");
    private static final Pattern OURS = Pattern.compile("(libduckdb_java\\d+\\.so|jnilib-\\d+\\.tmp)\\S*");

    private UnpackedLibraries() {}

    /**
     * Deletes the files of those that are loaded. A file that is mapped needs no name any more; where the system does not
     * say what is mapped, they stay until the exit.
     */
    static void forget() {
        JniLoader.get().ensureLoaded();
        if (!Files.isReadable(MAPS)) {
            return;
        }
        Path folder = Path.of(System.getProperty("java.io.tmpdir"));
        try (Stream<String> lines = Files.lines(MAPS)) {
            for (String path : lines.filter(line -> line.contains("/"))
                    .map(line -> line.substring(line.indexOf('/')))
                    .distinct()
                    .toList()) {
                Path file = Path.of(path);
                if (folder.equals(file.getParent())
                        && OURS.matcher(String.valueOf(file.getFileName())).matches()) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            // They are deleted at the exit, then, as their owners do it.
        }
    }
}
