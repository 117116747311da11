package dev.kiln.pool;

import dev.kiln.runner.RunnerExit;
import dev.kiln.runner.RunnerStatus;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The last lines that a runner printed, and what all of them tell of its end: some of what a JVM prints when it dies is
 * longer than what is kept. Any thread.
 */
final class LastWords {
    private static final int KEPT = 10;
    private static final int SIGNALLED = 128;
    private static final int LAST_SIGNAL = 64;
    private static final int SIGABRT = 6;
    private static final int SIGKILL = 9;

    /** What ends a JVM with {@code -XX:+ExitOnOutOfMemoryError}. */
    private static final int JVM_EXHAUSTED = 3;

    /** What a JVM ends with that does not take its options, or cannot do what they ask for. */
    private static final int JVM_NOT_CREATED = 1;

    /** A JVM that crashes and may not leave a core file does not abort. */
    private static final int CRASHED_WITHOUT_CORE = 1;

    private static final Map<Integer, String> SIGNALS = Map.ofEntries(
            Map.entry(1, "SIGHUP"),
            Map.entry(2, "SIGINT"),
            Map.entry(3, "SIGQUIT"),
            Map.entry(4, "SIGILL"),
            Map.entry(SIGABRT, "SIGABRT"),
            Map.entry(7, "SIGBUS"),
            Map.entry(8, "SIGFPE"),
            Map.entry(SIGKILL, "SIGKILL"),
            Map.entry(11, "SIGSEGV"),
            Map.entry(13, "SIGPIPE"),
            Map.entry(15, "SIGTERM"));

    /** A line that says something about the end; its one group is what. */
    private enum Sign {
        JVM_EXHAUSTED("Terminating due to java\\.lang\\.OutOfMemoryError: (.*)"),
        SYSTEM_EXHAUSTED("# There is (insufficient memory) for the Java Runtime Environment to continue\\."),
        NO_ROOM("(Could not reserve enough space) for .*"),
        NOT_CREATED("Error: Could not create the Java Virtual Machine\\.|Error occurred during initialization of VM()"),
        CRASH("# +(SIG[A-Z]+) \\(0x.*"),
        RUNNER_EXHAUSTED(Pattern.quote(RunnerStatus.SAYS) + Pattern.quote(RunnerStatus.EXHAUSTED) + "(.*)"),
        RUNNER_SAYS(Pattern.quote(RunnerStatus.SAYS) + "(.*)"),
        SURVIVED(".*" + Pattern.quote(RunnerStatus.SURVIVED) + "(.*)");

        private final Pattern pattern;

        Sign(String regex) {
            pattern = Pattern.compile(regex);
        }
    }

    private final Deque<String> lines = new ArrayDeque<>();
    private final Map<Sign, String> signs = new EnumMap<>(Sign.class);

    synchronized void add(String line) {
        lines.add(line);
        if (lines.size() > KEPT) {
            lines.remove();
        }
        for (Sign sign : Sign.values()) {
            Matcher matcher = sign.pattern.matcher(line);
            if (matcher.matches()) {
                signs.put(sign, String.valueOf(matcher.group(1)));
            }
        }
    }

    synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    /** What the runner said of memory that it ran out of and went on without, or null. */
    synchronized @Nullable String survived() {
        return signs.get(Sign.SURVIVED);
    }

    /**
     * How a process ended that printed these lines.
     *
     * @param status as {@link Process#exitValue} has it
     * @param killedForMemory whether the kernel is known to have killed it for want of memory
     */
    synchronized RunnerExit ended(int status, boolean killedForMemory) {
        return remember(of(status, killedForMemory).after(lines()), survived());
    }

    /** Adds to an end by a signal what its runner had run out of before. */
    static RunnerExit remember(RunnerExit end, @Nullable String survived) {
        return survived == null || end.kind() != RunnerExit.Kind.SIGNAL
                ? end
                : end.as(end.kind(), end.description() + "; it " + RunnerStatus.SURVIVED + survived);
    }

    private RunnerExit of(int status, boolean killedForMemory) {
        @Nullable String crash = signs.get(Sign.CRASH);
        @Nullable String jvm = signs.get(Sign.JVM_EXHAUSTED);
        @Nullable String runner = signs.get(Sign.RUNNER_EXHAUSTED);
        @Nullable String said = signs.get(Sign.RUNNER_SAYS);
        if (status == JVM_EXHAUSTED && jvm != null) {
            return exhausted(status, RunnerStatus.memory(jvm) + ": " + jvm);
        }
        if (status == RunnerStatus.OUT_OF_MEMORY && runner != null) {
            return exhausted(status, runner);
        }
        if (signs.containsKey(Sign.SYSTEM_EXHAUSTED) || signs.containsKey(Sign.NO_ROOM)) {
            return exhausted(status, "native: the system gave the JVM no more");
        }
        if (status == JVM_NOT_CREATED && signs.containsKey(Sign.NOT_CREATED)) {
            return new RunnerExit(RunnerExit.Kind.NOT_STARTED, status, "the JVM refused its options", List.of());
        }
        if (status == RunnerStatus.LOST_CALLER && said != null) {
            return new RunnerExit(RunnerExit.Kind.LOST_NETWORK, status, said, List.of());
        }
        if (crash != null && (status == SIGNALLED + SIGABRT || status == CRASHED_WITHOUT_CORE)) {
            return signalled(number(crash), "the JVM crashed with " + crash);
        }
        if (status <= SIGNALLED || status > SIGNALLED + LAST_SIGNAL) {
            return new RunnerExit(RunnerExit.Kind.EXIT_CODE, status, "exit code " + status, List.of());
        }
        int signal = status - SIGNALLED;
        return signalled(signal, killed(signal, killedForMemory));
    }

    private static RunnerExit exhausted(int status, String what) {
        return new RunnerExit(RunnerExit.Kind.OUT_OF_MEMORY, status, "out of memory: " + what, List.of());
    }

    private static RunnerExit signalled(int signal, String how) {
        return new RunnerExit(RunnerExit.Kind.SIGNAL, signal, how, List.of());
    }

    private static String killed(int signal, boolean killedForMemory) {
        if (signal != SIGKILL) {
            return "killed by " + SIGNALS.getOrDefault(signal, "signal " + signal);
        }
        return killedForMemory
                ? "killed by SIGKILL: out of memory, by the kernel (oom_kill of its control group)"
                : "killed by SIGKILL, possibly out of memory";
    }

    private static int number(String signal) {
        return SIGNALS.entrySet().stream()
                .filter(entry -> entry.getValue().equals(signal))
                .mapToInt(Map.Entry::getKey)
                .findFirst()
                .orElse(SIGABRT);
    }
}
