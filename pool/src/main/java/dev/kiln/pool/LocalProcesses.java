package dev.kiln.pool;

import dev.kiln.pool.spi.Backend;
import dev.kiln.pool.spi.BootOrder;
import dev.kiln.pool.spi.BootProblem;
import dev.kiln.pool.spi.Door;
import dev.kiln.pool.spi.Machine;
import dev.kiln.runner.BootFile;
import dev.kiln.runner.Kiln;
import dev.kiln.runner.wire.LinkLoop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Runners as processes of this machine, which dial a Unix domain socket in a folder that only this user may enter. */
final class LocalProcesses implements Backend {
    private final Set<LocalProcess> processes = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Site site;
    private volatile boolean closed;

    /** What exists from open to close. */
    private record Site(HomeFolder home, LinkLoop loop, JavaCommand command, Thread exitHook) {}

    @Override
    public String name() {
        return "local processes";
    }

    @Override
    public synchronized void open(String pool, Door door) throws BootProblem {
        if (site != null) {
            throw new BootProblem(true, "this backend serves another pool already; make one for each pool", null);
        }
        JavaCommand command = JavaCommand.ofThisProgram();
        HomeFolder home = HomeFolder.create();
        var loop = new LinkLoop("kiln-link-" + pool);
        // A program that exits without closing its pool leaves nothing behind either.
        var exitHook = Thread.ofPlatform().name("kiln-exit-" + pool).unstarted(() -> {
            processes.forEach(LocalProcess::kill);
            home.remove();
        });
        site = new Site(home, loop, command, exitHook);
        Runtime.getRuntime().addShutdownHook(exitHook);
        try {
            loop.accept(home.listen(), door);
        } catch (IOException e) {
            close();
            throw new BootProblem(true, "cannot listen at " + home.socket() + ": " + e.getMessage(), e);
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
                order.runner(), at.home.socket(), order.token(), order.proof(), self.pid(), Kiln.startMark(self));
        try {
            Path file = at.home.bootFile(order.runner());
            boot.write(file);
            var builder = new ProcessBuilder(at.command.toRun(file, order.jvmOptions()));
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
        was.loop.close();
        was.home.remove();
        try {
            Runtime.getRuntime().removeShutdownHook(was.exitHook);
        } catch (IllegalStateException e) {
            // The JVM is exiting: the hook runs anyway and finds nothing to do.
        }
    }
}
