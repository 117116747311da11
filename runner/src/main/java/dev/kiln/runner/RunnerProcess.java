package dev.kiln.runner;

import dev.kiln.frame.spi.ProcessFolders;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A runner that is a process of its own on the caller's machine: dials home, greets, serves, and ends itself when it is not
 * taken, told to end, or alone.
 */
final class RunnerProcess {
    /** How long its greeting may stay unanswered; another time is for tests. */
    private static final Duration FAILSAFE = Duration.ofMillis(Long.getLong("kiln.runner.failsafe.millis", 20_000));

    private static final Duration PARENT_PATIENCE = Duration.ofSeconds(2);
    private static final Duration EXIT_PATIENCE = Duration.ofSeconds(5);

    private final BootFile boot;
    private final Home.Way way;
    private final CountDownLatch greeted = new CountDownLatch(1);
    private final AtomicBoolean exiting = new AtomicBoolean();
    private final AtomicReference<@Nullable RunnerNode> node = new AtomicReference<>();

    private RunnerProcess(BootFile boot) {
        this.boot = boot;
        this.way = boot.home().way("kiln-link-" + boot.runner());
    }

    /** Serves until the process ends. */
    static void serve(BootFile boot) throws IOException {
        var process = new RunnerProcess(boot);
        Exhaustion.ends(why -> process.exit(RunnerStatus.OUT_OF_MEMORY, RunnerStatus.EXHAUSTED + why));
        process.watchParent();
        new RunnerGreeting(
                        process.way,
                        boot.proof(),
                        process::taken,
                        reason -> process.exit(RunnerStatus.NOT_TAKEN, reason),
                        process::ended)
                .greet(Kiln.hello(boot.runner(), boot.token()));
        process.awaitWelcome();
        while (true) {
            LockSupport.park(process); // all other threads are daemons: this one keeps the process until exit() ends it
        }
    }

    private void taken(RunnerNode serving) {
        Runner.processIs(serving.context());
        node.set(serving);
        greeted.countDown();
    }

    private void ended(String reason) {
        RunnerNode served = node.get();
        if (served == null || !served.lostCaller()) {
            exit(0);
            return;
        }
        // The link of a dying process closes a moment before the process is gone: wait for that, to clean up after it.
        Optional<ProcessHandle> dying = parent();
        CompletableFuture<Boolean> gone = dying.map(parent -> parent.onExit().thenApply(over -> true))
                .orElseGet(() -> CompletableFuture.completedFuture(true))
                .completeOnTimeout(false, PARENT_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        CompletableFuture<Void> _ = gone.thenAccept(isGone -> {
            if (isGone) {
                removeHome();
            }
            exit(RunnerStatus.LOST_CALLER, reason);
        });
    }

    private void awaitWelcome() {
        try {
            if (!greeted.await(FAILSAFE.toMillis(), TimeUnit.MILLISECONDS)) {
                exit(
                        RunnerStatus.NO_ANSWER,
                        "no answer from " + boot.home() + " within " + FAILSAFE.toMillis() + " ms");
            }
        } catch (InterruptedException e) {
            exit(RunnerStatus.NO_ANSWER, "interrupted while greeting");
        }
    }

    /** Evidence that does not need the link: the parent's pid is gone, or belongs to another process by now. */
    private void watchParent() {
        CompletableFuture<?> _ = ProcessHandle.of(boot.parentPid())
                .filter(parent -> Kiln.startMark(parent) == boot.parentStartMark())
                .<CompletableFuture<?>>map(ProcessHandle::onExit)
                .orElseGet(() -> CompletableFuture.completedFuture(null))
                .thenRun(this::parentEnded);
    }

    private Optional<ProcessHandle> parent() {
        return ProcessHandle.of(boot.parentPid()).filter(parent -> Kiln.startMark(parent) == boot.parentStartMark());
    }

    private void parentEnded() {
        removeHome();
        String reason = "the caller's process " + boot.parentPid() + " has ended";
        RunnerNode serving = node.get();
        if (serving == null) {
            exit(RunnerStatus.NO_ANSWER, reason);
        } else {
            serving.callerLost(reason);
        }
    }

    /** A caller that was killed could not remove its socket and folder; each of its runners tries. */
    private void removeHome() {
        ProcessFolders.remove(boot.folder());
    }

    private void exit(int status, String why) {
        ProcessOutput.say(why);
        exit(status);
    }

    /** Ends the process, shutdown hooks of user code included, but not longer than its patience. */
    private void exit(int status) {
        if (exiting.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("kiln-exit").start(() -> {
                way.drain().run();
                System.exit(status);
            });
            Thread.ofPlatform().daemon().name("kiln-exit-watchdog").start(() -> {
                LockSupport.parkNanos(EXIT_PATIENCE.toNanos());
                Runtime.getRuntime().halt(status);
            });
        }
    }
}
