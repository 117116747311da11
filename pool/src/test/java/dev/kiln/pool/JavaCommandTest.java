package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.pool.spi.BootProblem;
import dev.kiln.runner.RunnerMain;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("R-07: the command of a runner")
class JavaCommandTest {
    private static final Duration OUTLIVES = Duration.ofSeconds(50);
    private static final Path BOOT_FILE = Path.of("/tmp/kiln/p-1.boot");

    @Test
    void inheritsPropertiesAndWhatOpensTheModuleSystem() {
        List<String> options = List.of(
                "-Dapp.mode=batch",
                "-Dempty",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
                "--add-reads=a=b",
                "--add-modules=jdk.incubator.vector",
                "--limit-modules=java.base",
                "--patch-module=a=b.jar",
                "--enable-preview",
                "--enable-native-access=ALL-UNNAMED",
                "--illegal-native-access=deny",
                "--sun-misc-unsafe-memory-access=allow",
                "-ea",
                "-ea:com.example...",
                "-da:com.example",
                "-enableassertions",
                "-esa");
        assertEquals(options, JavaCommand.inherited(options));
    }

    @Test
    void doesNotInheritHeapCollectorAgentsDebuggerOrWhatOnlyOneProcessCanHave() {
        assertEquals(
                List.of(),
                JavaCommand.inherited(List.of(
                        "-Xmx8g",
                        "-Xms8g",
                        "-Xss1m",
                        "-XX:+UseZGC",
                        "-XX:MaxRAMPercentage=80",
                        "-javaagent:/opt/apm.jar=port=1",
                        "-agentlib:jdwp=transport=dt_socket,server=y,address=5005",
                        "-agentpath:/opt/x.so",
                        "-Xrunjdwp:transport=dt_socket",
                        "-Xdebug",
                        "-Xlog:gc",
                        "-XX:StartFlightRecording",
                        "-Dcom.sun.management.jmxremote.port=9010",
                        "-Djava.class.path=/somewhere")));
    }

    @Test
    void startsTheSameProgramAsARunner() throws BootProblem {
        List<String> command = JavaCommand.ofThisProgram().toRun(BOOT_FILE, OUTLIVES, List.of());
        assertEquals(Path.of(System.getProperty("java.home"), "bin", "java").toString(), command.getFirst());
        int classPath = command.indexOf("--class-path");
        assertEquals(System.getProperty("java.class.path"), command.get(classPath + 1));
        assertEquals(
                List.of(RunnerMain.class.getName(), BOOT_FILE.toString()),
                command.subList(command.size() - 2, command.size()));
        assertTrue(command.contains("-XX:+UseSerialGC"), command::toString);
        for (String needed : List.of(
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+ExitOnOutOfMemoryError",
                "-Dslf4j.internal.verbosity=ERROR",
                "-Dkiln.runner.outlives.millis=50000")) {
            assertTrue(command.contains(needed), () -> needed + " in " + command);
        }
    }

    @Test
    void theUsersOptionsComeLast() throws BootProblem {
        List<String> command = JavaCommand.ofThisProgram().toRun(BOOT_FILE, OUTLIVES, List.of("-Xmx1g", "-Dx=1"));
        int main = command.indexOf(RunnerMain.class.getName());
        assertEquals(List.of("-Xmx1g", "-Dx=1"), command.subList(main - 2, main));
    }

    @Test
    void aCollectorThatTheUserChoseWins() throws BootProblem {
        List<String> command = JavaCommand.ofThisProgram().toRun(BOOT_FILE, OUTLIVES, List.of("-XX:+UseZGC"));
        assertTrue(command.contains("-XX:+UseZGC"), command::toString);
        assertFalse(command.contains("-XX:+UseSerialGC"), command::toString);
    }

    @Test
    void aProgramThatWasStartedFromASourceFileIsRefusedWithAdvice() {
        String property = "sun.java.command";
        String before = System.getProperty(property);
        System.setProperty(property, "jdk.compiler/com.sun.tools.javac.launcher.SourceLauncher Hello.java");
        try {
            var problem = assertThrows(BootProblem.class, JavaCommand::ofThisProgram);
            assertTrue(problem.permanent());
            assertTrue(problem.getMessage().contains("compile it with javac"), problem.getMessage());
        } finally {
            System.setProperty(property, before);
        }
    }
}
