package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kiln.pool.Pool;
import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A caller whose JVM does not collect garbage when it is asked to. */
@ExtendWith(LeavesNothing.class)
class ExplicitGcIT {

    /** Opens pools, one after the other. */
    static final class Caller {
        public static void main(String[] arguments) {
            for (String collects : arguments) {
                Pool.named("deaf")
                        .collectWhenAsked(Boolean.parseBoolean(collects))
                        .open()
                        .close();
            }
        }
    }

    /** Without Quarkus's log manager, which says nothing where there is no Quarkus. */
    private static String classPath() {
        return Arrays.stream(JavaProgram.classPath().split(File.pathSeparator))
                .filter(entry -> !entry.contains("logmanager"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static long warnings(List<String> options, String... collects) throws Exception {
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of("-cp", classPath(), Caller.class.getName()));
        try (JavaProgram caller = JavaProgram.start(all, List.of(collects))) {
            assertEquals(0, caller.status(), caller::output);
            return caller.output()
                    .lines()
                    .filter(line -> line.contains("this JVM has -XX:+DisableExplicitGC") && line.contains("close them"))
                    .count();
        }
    }

    @Test
    @DisplayName(
            "G-07: a JVM with explicit collection disabled is warned about at open, once, unless it need not collect")
    void warned() throws Exception {
        List<String> deaf = List.of("-XX:+DisableExplicitGC");
        assertEquals(1, warnings(deaf, "true", "true"));
        assertEquals(0, warnings(deaf, "false"));
        assertEquals(0, warnings(List.of(), "true"));
    }
}
