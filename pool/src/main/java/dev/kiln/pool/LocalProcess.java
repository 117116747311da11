package dev.kiln.pool;

import dev.kiln.pool.spi.Machine;
import dev.kiln.runner.RunnerExit;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** A runner's process: its end, and what it prints outside of calls, which goes to this program's log line by line. */
final class LocalProcess implements Machine {
    private static final OomKills OOM_KILLS = OomKills.here();
    private static final int KILLED = 128 + 9;
    private static final long DRAIN_MILLIS = 500;

    private final String runner;
    private final Process process;
    private final long oomKillsBefore = OOM_KILLS.count();
    private final LastWords lastWords = new LastWords();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private final CompletionStage<RunnerExit> ended;

    LocalProcess(String runner, Process process) {
        this.runner = runner;
        this.process = process;
        // Not a virtual thread: a read from a pipe keeps its carrier, and a few runners would leave none for the
        // others.
        Thread.ofPlatform().daemon().name("kiln-output-" + runner).start(this::readOutput);
        // A child of the runner may keep its output open, so the last lines are waited for only so long.
        this.ended = process.onExit()
                .thenCompose(over -> drained.completeOnTimeout(null, DRAIN_MILLIS, TimeUnit.MILLISECONDS))
                .thenApply(nothing -> end());
    }

    private void log(String line) {
        try {
            OutputLog.OUTPUT.log(System.Logger.Level.INFO, "[{0}] {1}", runner, line);
        } catch (RuntimeException | Error e) {
            // The user's log refuses it: reading goes on, or the runner would write into a closed pipe.
        }
    }

    private void readOutput() {
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                lastWords.add(line);
                log(line);
            }
        } catch (IOException e) {
            // The pipe broke with the process.
        } finally {
            drained.complete(null);
        }
    }

    private RunnerExit end() {
        int status = process.exitValue();
        return lastWords.ended(status, status == KILLED && OOM_KILLS.claim(oomKillsBefore));
    }

    @Override
    public OptionalLong pid() {
        return OptionalLong.of(process.pid());
    }

    @Override
    public CompletionStage<RunnerExit> ended() {
        return ended;
    }

    @Override
    public void kill() {
        process.destroyForcibly();
    }
}
