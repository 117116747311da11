package dev.kiln.runner;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * The output of a runner's process. From its first moment System.out and System.err are streams that send what a call prints
 * to the caller's log; all else goes where it always went, and so does what the JVM prints. Any thread.
 */
final class ProcessOutput {
    private static final PrintStream PROCESS =
            new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);

    private ProcessOutput() {}

    /** Replaces the two streams; before any user code could keep the old ones. */
    static void install() {
        System.setOut(new CallPrintStream(
                new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8), false));
        System.setErr(new CallPrintStream(
                new PrintStream(new FileOutputStream(FileDescriptor.err), false, StandardCharsets.UTF_8), true));
    }

    /** The process' own output, as its backend reads it. */
    static PrintStream process() {
        return PROCESS;
    }

    /** Says something of this process, on whatever thread, for its backend to read. */
    static void say(String what) {
        PROCESS.println(RunnerStatus.SAYS + what);
    }
}
