package dev.kiln.pool;

import dev.kiln.pool.spi.Machine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** A runner's process: its end, and what it prints, which goes to this program's log line by line. */
final class LocalProcess implements Machine {
    private static final System.Logger OUTPUT = System.getLogger("dev.kiln.runner.output");
    private static final int LINES_KEPT = 10;
    private static final int SIGNALLED = 128;
    private static final int SIGKILL = 9;
    private static final int LAST_SIGNAL = 64;
    private static final long DRAIN_MILLIS = 500;

    private final String runner;
    private final Process process;
    private final Deque<String> lastLines = new ArrayDeque<>(); // guarded by itself
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private final CompletionStage<String> ended;

    LocalProcess(String runner, Process process) {
        this.runner = runner;
        this.process = process;
        Thread.ofVirtual().name("kiln-output-" + runner).start(this::readOutput);
        // A child of the runner may keep its output open, so the last lines are waited for only so long.
        this.ended = process.onExit()
                .thenCompose(over -> drained.completeOnTimeout(null, DRAIN_MILLIS, TimeUnit.MILLISECONDS))
                .thenApply(nothing -> describeEnd());
    }

    private void readOutput() {
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                OUTPUT.log(System.Logger.Level.INFO, "[{0}] {1}", runner, line);
                synchronized (lastLines) {
                    lastLines.add(line);
                    if (lastLines.size() > LINES_KEPT) {
                        lastLines.remove();
                    }
                }
            }
        } catch (IOException e) {
            // The pipe broke with the process.
        } finally {
            drained.complete(null);
        }
    }

    private String describeEnd() {
        String end = describe(process.exitValue());
        synchronized (lastLines) {
            return lastLines.isEmpty() ? end : end + "; its last output:\n  " + String.join("\n  ", lastLines);
        }
    }

    private static String describe(int status) {
        if (status == SIGNALLED + SIGKILL) {
            return "killed by SIGKILL, possibly for want of memory";
        }
        return status > SIGNALLED && status <= SIGNALLED + LAST_SIGNAL
                ? "killed by signal " + (status - SIGNALLED)
                : "exit code " + status;
    }

    @Override
    public OptionalLong pid() {
        return OptionalLong.of(process.pid());
    }

    @Override
    public CompletionStage<String> ended() {
        return ended;
    }

    @Override
    public void kill() {
        process.destroyForcibly();
    }
}
