package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class EngineWithoutOptionsIT {
    private static final String DONE = "done: ";

    record Row(int a) {}

    /** What a program does in a JVM without any option. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) {
            Frame data = Frame.columns(Map.of("a", new int[] {1, 2, 3}));
            try (Frame part = data.select("a").tail(2).collect();
                    BufferAllocator allocator = new RootAllocator();
                    VectorSchemaRoot root = part.toArrow(allocator)) {
                System.out.println(DONE + root.getRowCount() + " " + part.toRows(Row.class) + " " + data.rowCount());
            }
            try {
                data.filter("a > 1").compute();
            } catch (IllegalStateException e) {
                System.out.println(DONE + e.getMessage());
            }
        }
    }

    @Test
    @DisplayName(
            "F-08: without JVM options collect, toArrow and toRows work, and the engine says which option it needs")
    void withoutOptions() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Program.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), printed);
        List<String> lines =
                printed.lines().filter(line -> line.startsWith(DONE)).toList();
        assertEquals(DONE + "2 [Row[a=2], Row[a=3]] 3", lines.getFirst());
        assertTrue(lines.getLast().contains("--add-opens=java.base/java.nio=ALL-UNNAMED"), lines::toString);
    }
}
