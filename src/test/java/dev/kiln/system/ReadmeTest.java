package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ReadmeTest {
    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @Test
    void everyJavaSampleOfTheReadmeIsPartOfAnExampleThatCompiles() throws IOException {
        Path root = Path.of(Objects.requireNonNull(
                System.getProperty("kiln.root"), "run by the build, or set -Dkiln.root=<folder of the root pom.xml>"));
        List<String> samples = JAVA_BLOCK
                .matcher(Files.readString(root.resolve("README.md")))
                .results()
                .map(block -> squeezed(block.group(1)))
                .toList();
        assertFalse(samples.isEmpty(), "no sample found");

        List<String> sources;
        try (var files = Files.list(root.resolve("examples/src/main/java/dev/kiln/examples"))) {
            sources = files.map(file -> squeezed(read(file))).toList();
        }
        assertEquals(
                List.of(),
                samples.stream()
                        .filter(sample -> sources.stream().noneMatch(source -> source.contains(sample)))
                        .toList());
    }

    /** Without white space and the comments at the ends of lines, which the README has other ones of. */
    private static String squeezed(String code) {
        return code.lines()
                .map(line -> line.replaceFirst("(^|\\s)//.*", "").replaceAll("\\s", ""))
                .collect(Collectors.joining());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
