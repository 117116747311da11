package dev.kiln.runner;

import dev.kiln.runner.wire.Carrier;
import dev.kiln.runner.wire.Greeting;
import dev.kiln.runner.wire.Link;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Hello;
import dev.kiln.runner.wire.Message.Rejected;
import dev.kiln.runner.wire.Message.Resume;
import dev.kiln.runner.wire.Message.Welcome;
import dev.kiln.runner.wire.Redialer;
import dev.kiln.runner.wire.Session;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The runner's end of its way home, from the first greeting on: dials, waits for a caller that proves itself, then hands all
 * messages to the {@link RunnerNode} that it starts, and dials again whenever the connection is lost. What is told to it
 * comes one call at a time, on the threads of the connections.
 */
public final class RunnerGreeting implements Greeting.Listener, Link.Listener {
    private final Carrier.Dialer dialer;
    private final byte[] proof;
    private final Consumer<RunnerNode> taken;
    private final Consumer<String> refused;
    private final Consumer<String> ended;
    private final Function<String, RunnerThreads> threads;
    private final Neighbourhood neighbourhood;
    private volatile long greetedNanos;
    private volatile @Nullable Taken takenAs;

    private record Taken(RunnerNode node, Redialer redialer) {}

    /**
     * @param way to the caller, and to other runners
     * @param proof what the caller must show, 32 bytes
     * @param taken called when the caller has taken this runner
     * @param refused called with the reason when it has not, or the connection was lost before
     * @param ended called with the reason when a runner that was taken has ended
     */
    public RunnerGreeting(
            Home.Way way, byte[] proof, Consumer<RunnerNode> taken, Consumer<String> refused, Consumer<String> ended) {
        this(way.dialer(), proof, taken, refused, ended, RunnerThreads::of, way.neighbourhood());
    }

    /** The same for a runner that shares its process, and these threads, with others. */
    public RunnerGreeting(
            Carrier.Dialer dialer,
            byte[] proof,
            Consumer<RunnerNode> taken,
            Consumer<String> refused,
            Consumer<String> ended,
            RunnerThreads threads) {
        this(dialer, proof, taken, refused, ended, runner -> threads, Neighbourhood.NONE);
    }

    private RunnerGreeting(
            Carrier.Dialer dialer,
            byte[] proof,
            Consumer<RunnerNode> taken,
            Consumer<String> refused,
            Consumer<String> ended,
            Function<String, RunnerThreads> threads,
            Neighbourhood neighbourhood) {
        this.dialer = dialer;
        this.proof = proof;
        this.taken = taken;
        this.refused = refused;
        this.ended = ended;
        this.threads = threads;
        this.neighbourhood = neighbourhood;
    }

    /**
     * Dials and greets; what comes of it is told.
     *
     * @throws IOException if nobody is there
     */
    public void greet(Hello hello) throws IOException {
        dialer.dial(carrier -> {
            var greeting = new Greeting(carrier, this);
            // Not before the dial, which may take seconds of a short lease: nothing earlier than this can have been
            // heard.
            greetedNanos = System.nanoTime();
            greeting.send(hello);
            return greeting;
        });
    }

    @Override
    public void greeted(Greeting from, Message message) {
        switch (message) {
            case Welcome welcome
            when MessageDigest.isEqual(welcome.proof(), proof) -> {
                var session = new Session(this, greetedNanos);
                boolean _ = session.resume(from, 0, null);
                // The caller waits for this before it sends work: from here on a lost connection is made again. It goes
                // before the node is made, which takes a while; what comes meanwhile, an end of the connection too, is
                // told on this thread, hence after it.
                session.beat(System.nanoTime());
                takenAs = new Taken(node(welcome, session), redialer(welcome));
                taken.accept(taken().node);
            }
            case Rejected rejected -> refused.accept("the caller refused this runner: " + rejected.reason());
            default -> refused.accept("what answered did not prove to be the caller");
        }
    }

    private RunnerNode node(Welcome welcome, Session session) {
        try {
            return new RunnerNode(
                    welcome.settings(),
                    session,
                    ended,
                    threads.apply(welcome.settings().self().name()),
                    neighbourhood);
        } catch (RuntimeException | Error e) { // else nobody would hear of it: the session has the connection already
            refused.accept("the runner cannot serve: " + e);
            throw e;
        }
    }

    private Redialer redialer(Welcome welcome) {
        return new Redialer(
                dialer,
                received -> new Resume(welcome.settings().self(), welcome.session(), received),
                resumed -> MessageDigest.isEqual(resumed.proof(), proof));
    }

    @Override
    public void lost(Greeting from, String reason) {
        refused.accept("the link closed during the greeting: " + reason);
    }

    @Override
    public void received(Link link, Message message) {
        taken().node.received(link, message);
    }

    /** No evidence that the caller has ended: until the lease is over, it may be had again. */
    @Override
    public void interrupted(Link link, String reason) {
        if (link instanceof Session session) {
            taken().redialer.resume(session);
        }
    }

    @Override
    public void resumed(Link link) {
        taken().node.resumed(link);
    }

    @Override
    public void closed(Link link, String reason) {
        taken().node.closed(link, reason);
    }

    private Taken taken() {
        Taken as = takenAs;
        if (as == null) {
            throw new IllegalStateException("a session without a greeting");
        }
        return as;
    }
}
