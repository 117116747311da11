package dev.kiln.pool;

import dev.kiln.pool.spi.Backend;
import dev.kiln.pool.spi.BootOrder;
import dev.kiln.pool.spi.BootProblem;
import dev.kiln.pool.spi.Door;
import dev.kiln.pool.spi.Machine;
import dev.kiln.runner.Kiln;
import dev.kiln.runner.RunnerExit;
import dev.kiln.runner.RunnerGreeting;
import dev.kiln.runner.RunnerNode;
import dev.kiln.runner.RunnerThreads;
import dev.kiln.runner.wire.MemoryCarrier;
import java.io.IOException;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Runners in this process, over connections in memory. */
final class InProcess implements Backend {
    private final Map<String, InProcessMachine> machines = new ConcurrentHashMap<>();
    private final RunnerThreads threads = RunnerThreads.shared("in-process");
    private volatile @Nullable Door door;
    private volatile boolean closed;

    @Override
    public String name() {
        return "in this process";
    }

    @Override
    public synchronized void open(String pool, Door entrance) throws BootProblem {
        if (door != null) {
            throw new BootProblem(true, "this backend serves another pool already; make one for each pool", null);
        }
        door = entrance;
    }

    @Override
    public Machine boot(BootOrder order) throws BootProblem {
        Door entrance = door;
        if (entrance == null || closed) {
            throw new BootProblem(true, "the backend is not open" + (closed ? " any more" : ""), null);
        }
        var machine = new InProcessMachine();
        machines.put(order.runner(), machine);
        machine.ended().thenRun(() -> machines.remove(order.runner()));
        if (closed) { // after it was put: either this sees the close, or the close sees the machine
            machine.kill();
        }
        try {
            new RunnerGreeting(
                            MemoryCarrier.dialer(entrance),
                            order.proof(),
                            machine::taken,
                            machine::over,
                            machine::over,
                            threads)
                    .greet(Kiln.hello(order.runner(), order.token()));
        } catch (IOException e) {
            throw new BootProblem(false, "the runner cannot greet: " + e.getMessage(), e);
        }
        return machine;
    }

    @Override
    public boolean sharesMemory() {
        return true;
    }

    @Override
    public void close() {
        closed = true;
        machines.values().forEach(InProcessMachine::kill);
    }

    /** A runner without a machine of its own. */
    private static final class InProcessMachine implements Machine {
        private final CompletableFuture<RunnerExit> ended = new CompletableFuture<>();
        private final CompletableFuture<RunnerNode> node = new CompletableFuture<>();

        void taken(RunnerNode serving) {
            node.complete(serving);
        }

        void over(String reason) {
            ended.complete(RunnerExit.unknown(reason));
        }

        @Override
        public OptionalLong pid() {
            return OptionalLong.empty();
        }

        @Override
        public CompletionStage<RunnerExit> ended() {
            return ended;
        }

        @Override
        public void kill() {
            if (node.isDone()) {
                node.join().stop("killed");
            } else {
                over("killed before it served");
                CompletableFuture<?> _ = node.thenAccept(late -> late.stop("killed"));
            }
        }
    }
}
