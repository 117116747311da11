package dev.kiln.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What these tests do to processes of their own. */
final class Pid {
    private Pid() {}

    /** This process, wherever it is asked. */
    static long here() {
        return ProcessHandle.current().pid();
    }

    /** Whether it is gone, or a zombie, as a child of a frozen process stays until somebody reaps it. */
    static boolean ended(long pid) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "stat"))
                    .contains(") Z ");
        } catch (IOException e) {
            return ProcessHandle.of(pid).map(process -> !process.isAlive()).orElse(true);
        }
    }

    static void killHard(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }

    /** It keeps all that it has, and does nothing: it cannot tell this from time that passes. */
    static void freeze(long pid) {
        signal("-STOP", pid);
    }

    /** Whether that has come about: a signal is on its way for a while. */
    static boolean frozen(long pid) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "stat"))
                    .contains(") T ");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void thaw(long pid) {
        signal("-CONT", pid);
    }

    private static void signal(String signal, long pid) {
        try {
            int status = new ProcessBuilder("kill", signal, Long.toString(pid))
                    .start()
                    .waitFor();
            if (status != 0) {
                throw new AssertionError("kill " + signal + " " + pid + " ended with " + status);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
