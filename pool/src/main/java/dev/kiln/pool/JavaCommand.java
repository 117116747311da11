package dev.kiln.pool;

import dev.kiln.pool.spi.BootProblem;
import dev.kiln.runner.RunnerMain;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * How this very program is started again as a runner: the same JVM, class and module path, {@code -D}, {@code --add-*} and
 * {@code --enable-*} options and working directory; not its heap size, collector, agents or debugger.
 */
final class JavaCommand {
    private static final Pattern INHERITED = Pattern.compile("-D.*|--add-(opens|exports|reads|modules)=.*|"
            + "--(limit-modules|patch-module|enable-native-access|illegal-native-access"
            + "|sun-misc-unsafe-memory-access|finalization)=.*|--enable-preview|-(ea|da|esa|dsa)(:.*)?"
            + "|-(enable|disable)(system)?assertions(:.*)?");
    private static final Pattern NOT_INHERITED =
            Pattern.compile("-D(com\\.sun\\.management\\.|java\\.class\\.path=).*");
    private static final Pattern COLLECTOR = Pattern.compile("-XX:[+]Use\\w*GC");

    /** What a runner's JVM has since it is ours; Arrow and our own memory need the first three. */
    private static final List<String> NEEDED = List.of(
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            // A JVM without memory fails anywhere, and does not say where: its calls are told that it is lost.
            "-XX:+ExitOnOutOfMemoryError",
            // Arrow brings SLF4J along, whether or not the program has a log for it.
            "-Dslf4j.internal.verbosity=ERROR");

    /** How many milliseconds the runner may outlive its caller: nothing reads it but the {@link Reaper} of another. */
    static final String OUTLIVES = "-Dkiln.runner.outlives.millis=";

    private final List<String> beforeOptions;
    private final List<String> mainClass;

    private JavaCommand(List<String> beforeOptions, List<String> mainClass) {
        this.beforeOptions = beforeOptions;
        this.mainClass = mainClass;
    }

    /** @throws BootProblem permanent, with advice, if this program cannot be started again from outside */
    static JavaCommand ofThisProgram() throws BootProblem {
        String classPath = System.getProperty("java.class.path", "");
        String modulePath = System.getProperty("jdk.module.path", "");
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        refuseWhatCannotWork(java);
        List<String> command = new ArrayList<>();
        command.add(java.toString());
        command.addAll(inherited(ManagementFactory.getRuntimeMXBean().getInputArguments()));
        command.addAll(NEEDED);
        command.add("-XX:-UsePerfData");
        if (!classPath.isEmpty()) {
            command.addAll(List.of("--class-path", classPath));
        }
        if (!modulePath.isEmpty()) {
            command.addAll(List.of("--module-path", modulePath, "--add-modules", "ALL-MODULE-PATH"));
        }
        Module module = RunnerMain.class.getModule();
        List<String> main = module.isNamed()
                ? List.of("--module", module.getName() + "/" + RunnerMain.class.getName())
                : List.of(RunnerMain.class.getName());
        return new JavaCommand(List.copyOf(command), main);
    }

    /** Those of a JVM's options that its runners get too. */
    static List<String> inherited(List<String> jvmOptions) {
        return jvmOptions.stream()
                .filter(option -> INHERITED.matcher(option).matches()
                        && !NOT_INHERITED.matcher(option).matches())
                .toList();
    }

    private static void refuseWhatCannotWork(Path java) throws BootProblem {
        String started = System.getProperty("sun.java.command", "");
        if (started.startsWith("jdk.compiler/com.sun.tools.javac.launcher")) {
            throw new BootProblem(
                    true,
                    "this program was started from a source file, whose classes exist in memory only: compile it with"
                            + " javac and start it with a class path",
                    null);
        }
        if (!ClassLoader.getSystemClassLoader().equals(RunnerMain.class.getClassLoader())) {
            throw new BootProblem(
                    true,
                    "Kiln was loaded by " + RunnerMain.class.getClassLoader()
                            + ", not from the class path that a new process would get; start the program with its jars on"
                            + " the class path, or use the in-process backend",
                    null);
        }
        if (!Files.isExecutable(java)) {
            throw new BootProblem(true, "there is no java command at " + java + " (java.home)", null);
        }
    }

    /**
     * The command line of one runner. Its last two arguments, and the time that it may outlive its caller, are for whoever
     * looks for orphans; {@code jvmOptions} come last, so that they win.
     */
    List<String> toRun(Path bootFile, Duration outlives, List<String> jvmOptions) {
        List<String> command = new ArrayList<>(beforeOptions);
        command.add(OUTLIVES + outlives.toMillis());
        if (jvmOptions.stream().noneMatch(option -> COLLECTOR.matcher(option).matches())) {
            command.add("-XX:+UseSerialGC"); // fastest to start, and a runner's data is outside of its heap
        }
        command.addAll(jvmOptions);
        command.addAll(mainClass);
        command.add(bootFile.toString());
        return command;
    }
}
