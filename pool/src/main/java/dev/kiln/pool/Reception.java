package dev.kiln.pool;

import dev.kiln.gc.ProcessRef;
import dev.kiln.pool.spi.Door;
import dev.kiln.runner.BuildId;
import dev.kiln.runner.Kiln;
import dev.kiln.runner.wire.Carrier;
import dev.kiln.runner.wire.Greeting;
import dev.kiln.runner.wire.Link;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Hello;
import dev.kiln.runner.wire.Message.Resume;
import dev.kiln.runner.wire.Message.Welcome;
import dev.kiln.runner.wire.ProtocolViolation;
import dev.kiln.runner.wire.Resumption;
import dev.kiln.runner.wire.RunnerSettings;
import dev.kiln.runner.wire.Session;
import dev.kiln.runner.wire.Strangers;
import java.security.MessageDigest;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Checks greetings: who shows a token that was made here, and runs the same program, is taken; who shows the secret of a
 * session that goes on, goes on. On the connections' threads.
 */
final class Reception implements Door {
    private static final System.Logger LOG = System.getLogger(Pool.class.getName());

    private final LiveRunners runners;
    private final Function<ProcessRef, RunnerSettings> settings;
    private final Consumer<BookEvent> books;
    private final String buildId = BuildId.current();
    private final Function<LiveRunner, Link.Listener> ports;
    private final Strangers strangers = new Strangers(this::refusal);

    /** @param ports makes who hears what a runner says once it is taken */
    Reception(
            LiveRunners runners,
            Function<ProcessRef, RunnerSettings> settings,
            Consumer<BookEvent> books,
            Function<LiveRunner, Link.Listener> ports) {
        this.runners = runners;
        this.settings = settings;
        this.books = books;
        this.ports = ports;
    }

    @Override
    public Greeting connected(Carrier carrier) {
        return strangers.met(carrier);
    }

    private String refusal(Greeting from, Message message) {
        return switch (message) {
            case Hello hello -> begin(from, hello);
            case Resume resume -> goOn(from, resume);
            default -> throw new ProtocolViolation("no greeting");
        };
    }

    /** Empty, or why not. */
    private String begin(Greeting from, Hello hello) {
        // The token alone decides whether the rest of the greeting is worth a word: a stranger learns nothing from it.
        LiveRunner runner = runners.claim(hello.runner(), hello.token());
        if (runner == null) {
            LOG.log(System.Logger.Level.WARNING, "a connection without a valid token was refused");
            return "the token is not valid, or was used before";
        }
        String difference = difference(hello);
        if (difference.isEmpty()) {
            var session = new Session(ports.apply(runner), System.nanoTime());
            runner.greeted(session, hello);
            from.send(new Welcome(runner.proof(), runner.session(), settings.apply(runner.ref())));
            boolean _ = session.resume(from, 0, null);
            return ""; // the books are told by its first sign of life: until that this answer may be lost, and it with
            // it
        }
        String reason = "runner " + runner.id() + " is not the program of its caller: " + difference;
        var problem = new BootFailed(reason, true, null);
        books.accept(new BookEvent.BootProblem(runner.id(), problem)); // before anybody can tell them of its death
        runner.refused(problem);
        runner.kill(reason);
        return reason;
    }

    /** A runner's next connection. The same answer to all that are refused: a stranger learns nothing from it. */
    private String goOn(Greeting from, Resume resume) {
        LiveRunner runner = runners.find(resume.runner().name());
        // The secret is compared first, so that how long a refusal takes tells nothing.
        Session session = runner != null && MessageDigest.isEqual(runner.session(), resume.session())
                ? runner.resumable(resume.runner())
                : null;
        if (runner == null || session == null) {
            return Resumption.UNKNOWN;
        }
        return Resumption.of(session, from, resume, runner.proof());
    }

    private String difference(Hello hello) {
        if (hello.wireVersion() != Message.WIRE_VERSION) {
            return difference("wire version", hello.wireVersion(), Message.WIRE_VERSION);
        }
        if (!hello.kilnVersion().equals(Kiln.version())) {
            return difference("Kiln version", hello.kilnVersion(), Kiln.version());
        }
        if (!hello.jdk().equals(Runtime.version().toString())) {
            return difference("JDK", hello.jdk(), Runtime.version());
        }
        if (!hello.codec().equals(Kiln.CODEC)) {
            return difference("codec", hello.codec(), Kiln.CODEC);
        }
        if (!hello.buildId().equals(buildId)) {
            return difference("build id", hello.buildId(), buildId)
                    + "; caller and runner need the same classes: if these were changed on the disk while the caller ran,"
                    + " start it again";
        }
        return "";
    }

    private static String difference(String what, Object theirs, Object ours) {
        return what + " " + theirs + " there, " + ours + " here";
    }

    /** Closes what has been connected for long without a greeting. */
    void closeSilent(long nowNanos) {
        strangers.closeSilent(nowNanos);
    }
}
