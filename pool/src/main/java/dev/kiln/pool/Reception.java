package dev.kiln.pool;

import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.BuildId;
import dev.kiln.runner.Kiln;
import dev.kiln.runner.wire.Link;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Hello;
import dev.kiln.runner.wire.RunnerSettings;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/** Checks greetings: who shows a token that was made here, and runs the same program, is taken. Any thread. */
final class Reception {
    private static final System.Logger LOG = System.getLogger(Pool.class.getName());
    private static final Duration GREETING_PATIENCE = Duration.ofSeconds(10);

    private final LiveRunners runners;
    private final Function<ProcessRef, RunnerSettings> settings;
    private final Consumer<BookEvent> books;
    private final String buildId = BuildId.current();
    private final Map<Link, Long> strangers = new ConcurrentHashMap<>();

    /** What comes of a greeting. */
    sealed interface Verdict {}

    record Taken(LiveRunner runner, RunnerSettings settings) implements Verdict {}

    record Refused(String reason) implements Verdict {}

    Reception(LiveRunners runners, Function<ProcessRef, RunnerSettings> settings, Consumer<BookEvent> books) {
        this.runners = runners;
        this.settings = settings;
        this.books = books;
    }

    Verdict check(Hello hello) {
        // The token alone decides whether the rest of the greeting is worth a word: a stranger learns nothing from it.
        LiveRunner runner = runners.claim(hello.runner(), hello.token());
        if (runner == null) {
            LOG.log(System.Logger.Level.WARNING, "a connection without a valid token was refused");
            return new Refused("the token is not valid, or was used before");
        }
        String difference = difference(hello);
        if (difference.isEmpty()) {
            return new Taken(runner, settings.apply(runner.ref()));
        }
        String reason = "runner " + runner.id() + " is not the program of its caller: " + difference;
        var problem = new BootFailed(reason, true, null);
        books.accept(new BookEvent.BootProblem(runner.id(), problem)); // before anybody can tell them of its death
        runner.refused(problem);
        runner.kill(reason);
        return new Refused(reason);
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
                    + "; its classes were changed on the disk while it ran: start it again";
        }
        return "";
    }

    private static String difference(String what, Object theirs, Object ours) {
        return what + " " + theirs + " there, " + ours + " here";
    }

    /** A connection whose greeting is still to come. */
    void connected(Link link, long nowNanos) {
        strangers.put(link, nowNanos);
    }

    /** It has greeted, or is closed. */
    void arrived(Link link) {
        strangers.remove(link);
    }

    /** Closes what has been connected for long without a greeting. */
    void closeSilent(long nowNanos) {
        strangers.forEach((link, since) -> {
            if (nowNanos - since > GREETING_PATIENCE.toNanos()) {
                link.close();
            }
        });
    }
}
