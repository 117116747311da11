package dev.kiln.pool;

import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Ask;
import dev.kiln.runner.wire.Message.Unanswered;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The runners that are not known to have ended, by id, and the way to them. Any thread. */
final class LiveRunners {
    private static final int SECRET_BYTES = 32;

    private final Map<String, LiveRunner> runners = new ConcurrentHashMap<>();
    private final SecureRandom random = new SecureRandom();

    /** Makes the entry of a runner that is about to be booted, with secrets of its own. */
    LiveRunner expect(String id) {
        var runner = new LiveRunner(new ProcessRef(id, 1), secret(), secret(), secret());
        runners.put(id, runner);
        return runner;
    }

    /** 32 bytes that nobody can guess. */
    byte[] secret() {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return secret;
    }

    @Nullable
    LiveRunner find(String id) {
        return runners.get(id);
    }

    /** The runner that this token was made for and that has not shown it yet, or null. */
    @Nullable
    LiveRunner claim(String id, byte[] token) {
        LiveRunner runner = runners.get(id);
        return runner != null && MessageDigest.isEqual(runner.token(), token) && runner.claim() ? runner : null;
    }

    void remove(String id) {
        runners.remove(id);
    }

    /** Those that can be asked something. */
    List<ProcessRef> greeted() {
        return runners.values().stream()
                .filter(LiveRunner::hasGreeted)
                .map(LiveRunner::ref)
                .toList();
    }

    Collection<LiveRunner> all() {
        return runners.values();
    }

    /**
     * Passes a message on to another party.
     *
     * @param instead takes what to answer an {@link Ask} to a party that is gone
     */
    void relay(ProcessRef to, Message message, Consumer<Message> instead) {
        LiveRunner runner = runners.get(to.name());
        if (runner != null) {
            runner.send(message);
        } else if (message instanceof Ask ask) {
            instead.accept(new Unanswered(ask.id(), ask.from(), "runner " + to.name() + " has ended"));
        }
    }
}
