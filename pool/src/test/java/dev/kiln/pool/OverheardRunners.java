package dev.kiln.pool;

import dev.kiln.pool.spi.Backend;
import dev.kiln.pool.spi.BootOrder;
import dev.kiln.pool.spi.BootProblem;
import dev.kiln.pool.spi.Door;
import dev.kiln.pool.spi.Machine;
import dev.kiln.runner.Kiln;
import dev.kiln.runner.RunnerExit;
import dev.kiln.runner.RunnerNode;
import dev.kiln.runner.wire.Greeting;
import dev.kiln.runner.wire.Link;
import dev.kiln.runner.wire.MemoryCarrier;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Hello;
import dev.kiln.runner.wire.Message.Welcome;
import dev.kiln.runner.wire.Session;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Runners in this process, of which a test can see what their pool has sent them. */
final class OverheardRunners implements Backend {
    private final Map<String, Overheard> runners = new ConcurrentHashMap<>();
    private volatile Door door;

    /** What each runner has received so far, by its id. */
    Map<String, List<Message>> received() {
        Map<String, List<Message>> all = new ConcurrentHashMap<>();
        runners.forEach((id, runner) -> all.put(id, List.copyOf(runner.messages)));
        return all;
    }

    /** Forgets that. */
    void forget() {
        runners.values().forEach(runner -> runner.messages.clear());
    }

    @Override
    public String name() {
        return "overheard";
    }

    @Override
    public void open(String pool, Door entrance) {
        door = entrance;
    }

    @Override
    public Machine boot(BootOrder order) throws BootProblem {
        var runner = new Overheard();
        runners.put(order.runner(), runner);
        try {
            Hello hello = Kiln.hello(order.runner(), order.token());
            MemoryCarrier.dialer(door).dial(carrier -> {
                var greeting = new Greeting(carrier, runner);
                greeting.send(hello);
                return greeting;
            });
        } catch (IOException e) {
            throw new BootProblem(false, "it cannot greet", e);
        }
        return runner;
    }

    @Override
    public boolean sharesMemory() {
        return true;
    }

    @Override
    public void close() {
        runners.values().forEach(Overheard::kill);
    }

    private static final class Overheard implements Machine, Greeting.Listener, Link.Listener {
        final List<Message> messages = new CopyOnWriteArrayList<>();
        private final CompletableFuture<RunnerExit> ended = new CompletableFuture<>();
        private final CompletableFuture<RunnerNode> node = new CompletableFuture<>();

        @Override
        public void greeted(Greeting from, Message message) {
            if (message instanceof Welcome welcome) {
                var session = new Session(this, System.nanoTime());
                boolean _ = session.resume(from, 0, null);
                session.beat(System.nanoTime());
                node.complete(new RunnerNode(
                        welcome.settings(), session, reason -> ended.complete(RunnerExit.unknown(reason))));
            } else {
                ended.complete(RunnerExit.unknown("refused: " + message));
            }
        }

        @Override
        public void lost(Greeting from, String reason) {
            ended.complete(RunnerExit.unknown(reason));
        }

        @Override
        public void received(Link link, Message message) {
            messages.add(message);
            node.join().received(link, message);
        }

        @Override
        public void closed(Link link, String reason) {
            node.join().closed(link, reason);
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
            CompletableFuture<?> _ = node.thenAccept(serving -> serving.stop("killed"));
        }
    }
}
