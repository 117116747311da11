package dev.kiln.runner;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Where a local runner's process begins: with the path of its {@link BootFile} as only argument. The user's {@code main}
 * does not run here, and its statics are those of a fresh process.
 */
public final class RunnerMain {
    private RunnerMain() {}

    /** Serves until the runner ends; never returns before. */
    public static void main(String[] arguments) {
        ProcessOutput.install();
        if (arguments.length != 1) {
            System.err.println(RunnerStatus.SAYS
                    + "a runner is started by its pool, with the path of a boot file; it is no command");
            System.exit(RunnerStatus.WRONG_START);
        }
        try {
            RunnerProcess.serve(BootFile.take(Path.of(arguments[0])));
        } catch (IOException | RuntimeException e) {
            System.err.println(RunnerStatus.SAYS + "the runner could not start: " + e);
            System.exit(RunnerStatus.WRONG_START);
        }
    }
}
