package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.runner.RunnerExit;
import dev.kiln.runner.RunnerExit.Kind;
import dev.kiln.runner.RunnerStatus;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("R-04: how a runner ended, by its status and what it printed")
class LastWordsTest {
    private static final int ABORTED = 128 + 6;

    private static RunnerExit ended(int status, String... lines) {
        var words = new LastWords();
        List.of(lines).forEach(words::add);
        return words.ended(status, false);
    }

    @ParameterizedTest
    @CsvSource({
        "Java heap space,heap",
        "GC overhead limit exceeded,heap",
        "Metaspace,metaspace",
        "Requested array size exceeds VM limit,one array larger than a JVM allows"
    })
    void aJvmThatEndedForWantOfMemorySaysWhich(String message, String memory) {
        RunnerExit exit = ended(3, "Terminating due to java.lang.OutOfMemoryError: " + message);
        assertEquals(Kind.OUT_OF_MEMORY, exit.kind());
        assertEquals(OptionalInt.of(3), exit.code());
        assertEquals("out of memory: " + memory + ": " + message, exit.description());
    }

    @Test
    void aRunnerThatEndedItselfForWantOfMemorySaysWhich() {
        RunnerExit exit = ended(RunnerStatus.OUT_OF_MEMORY, "kiln: out of memory: direct: Cannot reserve 8 bytes");
        assertEquals(Kind.OUT_OF_MEMORY, exit.kind());
        assertEquals("out of memory: direct: Cannot reserve 8 bytes", exit.description());
    }

    @Test
    void aCodeWithoutItsWordsIsTheUsersOwn() {
        for (int code : new int[] {0, 1, 3, 7, RunnerStatus.OUT_OF_MEMORY, RunnerStatus.LOST_CALLER, 128, 255}) {
            RunnerExit exit = ended(code, "the last line");
            assertEquals(Kind.EXIT_CODE, exit.kind());
            assertEquals(OptionalInt.of(code), exit.code());
            assertEquals("exit code " + code, exit.description());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Unrecognized VM option 'NoSuchFlag',Error: Could not create the Java Virtual Machine.",
        "Error occurred during initialization of VM,Multiple garbage collectors selected"
    })
    void aJvmThatDoesNotTakeItsOptionsHasNotStarted(String first, String second) {
        RunnerExit exit = ended(1, first, second);
        assertEquals(Kind.NOT_STARTED, exit.kind());
        assertEquals(List.of(first, second), exit.lastLines());
    }

    @Test
    void aJvmThatTheSystemHasNoRoomForMayFindSomeLater() {
        RunnerExit exit = ended(
                1,
                "Error occurred during initialization of VM",
                "Could not reserve enough space for 8388608KB object heap");
        assertEquals(Kind.OUT_OF_MEMORY, exit.kind());
    }

    @Test
    void aLostCallerIsALostNetwork() {
        RunnerExit exit = ended(RunnerStatus.LOST_CALLER, "kiln: the caller was silent");
        assertEquals(Kind.LOST_NETWORK, exit.kind());
        assertEquals("the caller was silent", exit.description());
    }

    @Test
    void signalsAreNamed() {
        assertEquals("killed by SIGTERM", ended(128 + 15).description());
        assertEquals("killed by signal 40", ended(128 + 40).description());
        RunnerExit killed = ended(128 + 9);
        assertEquals(Kind.SIGNAL, killed.kind());
        assertEquals(OptionalInt.of(9), killed.code());
        assertEquals("killed by SIGKILL, possibly out of memory", killed.description());
        assertTrue(new LastWords().ended(128 + 9, true).description().contains("out of memory, by the kernel"));
    }

    @Test
    void aCrashIsToldByItsReportHoweverLongThatIs() {
        var words = new LastWords();
        words.add("#  SIGSEGV (0xb) at pc=0x00007f0d5c0a8b4d, pid=1, tid=2");
        IntStream.range(0, 30).forEach(i -> words.add("# line " + i));
        RunnerExit exit = words.ended(ABORTED, false);
        assertEquals(Kind.SIGNAL, exit.kind());
        assertEquals(OptionalInt.of(11), exit.code());
        assertEquals("the JVM crashed with SIGSEGV", exit.description());
        assertEquals(exit.description(), words.ended(1, false).description(), "without a core file");
        assertEquals("killed by SIGABRT", ended(ABORTED).description());
    }

    @Test
    void aJvmThatGetsNoMemoryFromTheSystemIsOutOfMemory() {
        RunnerExit exit =
                ended(1, "# There is insufficient memory for the Java Runtime Environment to continue.", "# Native");
        assertEquals(Kind.OUT_OF_MEMORY, exit.kind());
        assertTrue(exit.description().contains("native"), exit.description());
    }

    @Test
    void whatItHadRunOutOfBeforeIsToldWithASignalOnly() {
        String line = "WARNING: it went on after running out of memory: engine: Out of Memory Error: 8 MB";
        assertEquals(
                "killed by SIGKILL, possibly out of memory; it went on after running out of memory: engine: Out of"
                        + " Memory Error: 8 MB",
                ended(128 + 9, line).description());
        assertEquals("exit code 7", ended(7, line).description());
    }

    @Test
    void theLastTenLinesAreKept() {
        var words = new LastWords();
        IntStream.range(0, 12).forEach(i -> words.add("line " + i));
        List<String> lines = words.ended(1, false).lastLines();
        assertEquals(IntStream.range(2, 12).mapToObj(i -> "line " + i).toList(), lines);
        assertTrue(words.ended(1, false).toString().endsWith("\n  line 11"));
    }
}
