package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class FileSizeTest {
    private static final int MOST_LINES = 400;
    /** Façades whose methods users find by one name: see docs/adr/0006-frame-is-one-file.md. */
    private static final Map<String, Integer> EXCEPTIONS = Map.of("Frame.java", 600);

    private static final String MAIN_SOURCES = Path.of("src", "main", "java").toString();

    @Test
    void noMainSourceFileHasMoreThan400Lines() throws IOException {
        String checkout = Objects.requireNonNull(
                System.getProperty("kiln.root"), "run by the build, or set -Dkiln.root=<folder of the root pom.xml>");
        Path root = Path.of(checkout).toRealPath();
        List<Path> sources = mainSources(root);
        assertFalse(sources.isEmpty(), () -> "no main source below " + root);

        List<String> tooLong = new ArrayList<>();
        for (Path source : sources) {
            int lines = Files.readAllLines(source).size();
            if (lines > EXCEPTIONS.getOrDefault(source.getFileName().toString(), MOST_LINES)) {
                tooLong.add(root.relativize(source) + " has " + lines + " lines");
            }
        }
        assertEquals(List.of(), tooLong);
    }

    private static List<Path> mainSources(Path root) throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                String name = folder.getFileName().toString();
                boolean ours = folder.equals(root) || !(name.equals("target") || name.startsWith("."));
                return ours ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".java")
                        && root.relativize(file).toString().contains(MAIN_SOURCES)) {
                    found.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return found;
    }
}
