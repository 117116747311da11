package dev.kiln.pool;

import dev.kiln.pool.spi.Backend;
import dev.kiln.pool.spi.BootOrder;
import dev.kiln.pool.spi.BootProblem;
import dev.kiln.pool.spi.Door;
import dev.kiln.pool.spi.Machine;
import dev.kiln.runner.BootFile;
import dev.kiln.runner.Kiln;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Runners as processes of this machine, which read in a folder that only this user may enter where to dial. */
final class LocalProcesses implements Backend {
    private final String name;
    private final Entrance.Kind kind;
    private final Set<LocalProcess> processes = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Site site;
    private volatile boolean closed;

    /** What exists from open to close. */
    private record Site(
            HomeFolder folder, Entrance entrance, JavaCommand command, Reaper.Closing reaper, Thread exitHook) {}

    LocalProcesses(String name, Entrance.Kind kind) {
        this.name = name;
        this.kind = kind;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public synchronized void open(String pool, Door door) throws BootProblem {
        if (site != null) {
            throw new BootProblem(true, "this backend serves another pool already; make one for each pool", null);
        }
        JavaCommand command = JavaCommand.ofThisProgram();
        HomeFolder folder = HomeFolder.create();
        // A program that exits without closing its pool leaves nothing behind either.
        var exitHook = Thread.ofPlatform().name("kiln-exit-" + pool).unstarted(() -> {
            processes.forEach(LocalProcess::kill);
            folder.remove();
        });
        Runtime.getRuntime().addShutdownHook(exitHook);
        try {
            Entrance entrance = kind.open("kiln-link-" + pool, folder, door);
            site = new Site(folder, entrance, command, Reaper.start(pool, lease()), exitHook);
        } catch (IOException | RuntimeException e) { // nowhere to listen, or a JVM without what TLS needs
            folder.remove();
            remove(exitHook);
            throw new BootProblem(true, "there is no way in for runners: " + e.getMessage(), e);
        }
    }

    @Override
    public Machine boot(BootOrder order) throws BootProblem {
        Site at = site;
        if (at == null || closed) {
            throw new BootProblem(true, "the backend is not open" + (closed ? " any more" : ""), null);
        }
        ProcessHandle self = ProcessHandle.current();
        var boot = new BootFile(
                order.runner(),
                at.entrance.home(),
                at.folder.path(),
                order.token(),
                order.proof(),
                self.pid(),
                Kiln.startMark(self));
        try {
            Path file = at.folder.bootFile(order.runner());
            boot.write(file);
            var builder = new ProcessBuilder(at.command.toRun(file, order.outlives(), order.jvmOptions()));
            builder.redirectErrorStream(true);
            // The options in these variables are in the command already, without those that are not to be inherited.
            builder.environment().keySet().removeAll(Set.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS"));
            builder.environment().putAll(order.env());
            var process = new LocalProcess(order.runner(), builder.start());
            processes.add(process);
            if (closed) { // after it was added: either this sees the close, or the close sees the process
                process.kill();
            }
            process.ended().thenRun(() -> processes.remove(process));
            return process;
        } catch (IOException e) {
            throw new BootProblem(false, "cannot start a process: " + e.getMessage(), e);
        }
    }

    @Override
    public boolean sharesMemory() {
        return true;
    }

    @Override
    public void close() {
        Site was = site;
        if (was == null) {
            return;
        }
        closed = true;
        processes.forEach(LocalProcess::kill);
        processes.forEach(process -> process.ended().toCompletableFuture().join());
        was.entrance.end().run();
        was.reaper.close();
        was.folder.remove();
        remove(was.exitHook);
    }

    private static void remove(Thread exitHook) {
        try {
            Runtime.getRuntime().removeShutdownHook(exitHook);
        } catch (IllegalStateException e) {
            // The JVM is exiting: the hook runs anyway and finds nothing to do.
        }
    }
}
