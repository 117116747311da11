package dev.kiln.runner;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.zip.CRC32C;

/**
 * Names the classes that a program runs with. Caller and runner must agree on it, since a lambda is found by a number that
 * the compiler gave it: another build would run another lambda.
 *
 * <p>It is a checksum over name, size and modification time of every jar and every class file in the directories of the class
 * and module path: cheap, and enough on one machine, where both sides read the same files.
 */
public final class BuildId {
    private BuildId() {}

    /** The build id of this program's class and module path, read from the disk now. */
    public static String current() {
        return of(System.getProperty("java.class.path", "")
                + File.pathSeparator
                + System.getProperty("jdk.module.path", ""));
    }

    static String of(String path) {
        var checksum = new CRC32C();
        long files = 0;
        for (String entry : path.split(File.pathSeparator, -1)) {
            files += entry.isEmpty() ? 0 : add(checksum, Path.of(entry));
        }
        return "%08x-%d".formatted(checksum.getValue(), files);
    }

    private static long add(CRC32C checksum, Path entry) {
        long[] files = {0};
        try {
            if (!Files.exists(entry)) {
                return 0; // the JVM ignores it too
            }
            Files.walkFileTree(entry, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (!file.equals(entry) && !file.toString().endsWith(".class")) {
                        return FileVisitResult.CONTINUE; // a program may write its own files there
                    }
                    files[0]++;
                    String line = file.getFileName() + "/" + attributes.size() + "/"
                            + attributes.lastModifiedTime().toMillis() + "\n";
                    checksum.update(line.getBytes(StandardCharsets.UTF_8));
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the class path entry " + entry + ": " + e.getMessage(), e);
        }
        return files[0];
    }
}
