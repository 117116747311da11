package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kiln.pool.Pool;
import java.util.ArrayList;
import java.util.List;
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

    private static long warnings(List<String> options, String... collects) throws Exception {
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of("-cp", JavaProgram.classPath(), Caller.class.getName()));
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
