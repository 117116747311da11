package dev.kiln.pool;

import dev.kiln.frame.spi.ProcessFolders;
import dev.kiln.runner.Kiln;
import dev.kiln.runner.RunnerMain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Ends runners of this machine that have outlived their caller, whatever its program was, for longer than they may: those
 * that could not end themselves, stopped or starved as they are. A runner's command line tells what it is, by its main class;
 * whose, by the folder of its boot file, which is named after the caller's process; and how long it may live without that
 * one. Processes of other users, and of other pid namespaces, whose pids mean nothing here, are left alone; so are those of a
 * caller whose pid another process has by now, which the runner's own guards are left with.
 *
 * <p>Not thread-safe: its own thread looks when a pool opens, and then once in each lease.
 */
final class Reaper {
    private static final System.Logger LOG = System.getLogger(Pool.class.getName());
    private static final String BOOT_FILE = ".boot";

    private final Supplier<Stream<ProcessHandle>> processes;
    private final Map<Orphan, Long> firstSeen = new HashMap<>();

    /** A process, which no later one with the same pid is. */
    private record Orphan(long pid, long startMark) {}

    /**
     * What the command line of a runner tells.
     *
     * @param runner its id
     * @param home the folder of its caller
     * @param outlives how long it may live without that caller
     */
    record Command(String runner, Path home, Duration outlives) {}

    /** @param processes all that are to be looked at */
    Reaper(Supplier<Stream<ProcessHandle>> processes) {
        this.processes = processes;
    }

    /** Looks now and then once in each interval, on a thread of its own. Closing it waits for that thread. */
    static Closing start(String pool, Duration interval) {
        var reaper = new Reaper(ProcessHandle::allProcesses);
        var closed = new CountDownLatch(1);
        Thread thread = Thread.ofPlatform().daemon().name("kiln-reaper-" + pool).start(() -> {
            try {
                do {
                    reaper.look(System.nanoTime());
                } while (!closed.await(interval.toMillis(), TimeUnit.MILLISECONDS));
            } catch (InterruptedException e) {
                // Nobody interrupts it but the end of the JVM.
            }
        });
        return () -> {
            closed.countDown();
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true; // a look is over soon
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        };
    }

    /** Ends the looking. */
    interface Closing extends AutoCloseable {
        @Override
        void close();
    }

    /** Looks once. @return the pids of those that were ended */
    List<Long> look(long nowNanos) {
        List<Long> ended = new ArrayList<>();
        Map<Orphan, Long> seen = new HashMap<>();
        try (Stream<ProcessHandle> all = processes.get()) {
            all.forEach(process -> {
                Optional<Command> orphaned = command(process)
                        .filter(command -> ProcessFolders.isAbandoned(command.home()))
                        .filter(command -> isOurs(process));
                if (orphaned.isEmpty()) {
                    return;
                }
                var orphan = new Orphan(process.pid(), Kiln.startMark(process));
                long since = firstSeen.getOrDefault(orphan, nowNanos);
                seen.put(orphan, since);
                if (nowNanos - since >= orphaned.get().outlives().toNanos()) {
                    end(process, orphaned.get());
                    ended.add(process.pid());
                }
            });
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "looking for orphaned runners failed; the next look tries again", e);
        }
        firstSeen.clear(); // those that are gone are forgotten
        firstSeen.putAll(seen);
        return ended;
    }

    private static boolean isOurs(ProcessHandle process) {
        Optional<String> user = process.info().user();
        return user.isPresent() && user.equals(ProcessHandle.current().info().user());
    }

    private static void end(ProcessHandle process, Command command) {
        LOG.log(
                System.Logger.Level.WARNING,
                "runner {0} (process {1}) was killed: it has outlived its caller for longer than {2}",
                command.runner(),
                Long.toString(process.pid()),
                command.outlives());
        process.destroyForcibly();
    }

    private static Optional<Command> command(ProcessHandle process) {
        return read(arguments(process));
    }

    /** What this command line tells, if it is a runner's. */
    static Optional<Command> read(List<String> command) {
        if (command.size() < 2) {
            return Optional.empty();
        }
        String main = command.get(command.size() - 2);
        String file = command.getLast();
        boolean runner = main.equals(RunnerMain.class.getName()) || main.endsWith("/" + RunnerMain.class.getName());
        if (!runner || !file.endsWith(BOOT_FILE)) {
            return Optional.empty();
        }
        try {
            Path boot = Path.of(file);
            Path home = boot.getParent();
            Optional<Duration> outlives = command.stream()
                    .filter(argument -> argument.startsWith(JavaCommand.OUTLIVES))
                    .reduce((first, last) -> last)
                    .map(argument ->
                            Duration.ofMillis(Long.parseLong(argument.substring(JavaCommand.OUTLIVES.length()))));
            String id = String.valueOf(boot.getFileName());
            return home == null
                    ? Optional.empty()
                    : outlives.map(time -> new Command(id.substring(0, id.length() - BOOT_FILE.length()), home, time));
        } catch (InvalidPathException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static List<String> arguments(ProcessHandle process) {
        // Of long command lines, as those with a class path are, ProcessHandle knows the beginning only.
        Path whole = Path.of("/proc", Long.toString(process.pid()), "cmdline");
        try {
            if (Files.isReadable(whole)) {
                return List.of(
                        Files.readString(whole, StandardCharsets.ISO_8859_1).split("\0"));
            }
        } catch (IOException e) {
            return List.of(); // it has ended in this moment, or is another user's
        }
        return process.info().arguments().map(List::of).orElse(List.of());
    }
}
