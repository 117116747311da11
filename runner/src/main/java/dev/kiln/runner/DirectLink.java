package dev.kiln.runner;

import dev.kiln.gc.Acknowledged;
import dev.kiln.gc.Collect;
import dev.kiln.gc.GcMessage;
import dev.kiln.gc.ProcessRef;
import dev.kiln.gc.Update;
import dev.kiln.runner.wire.Link;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Answer;
import dev.kiln.runner.wire.Message.Ask;
import dev.kiln.runner.wire.Message.CancelAsk;
import dev.kiln.runner.wire.Message.Gc;
import dev.kiln.runner.wire.Message.Heartbeat;
import dev.kiln.runner.wire.Redialer;
import dev.kiln.runner.wire.RunnerSettings;
import dev.kiln.runner.wire.Session;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A link of this runner to another one of its pool. Of the two the visitor makes new connections when one is lost; while there
 * still is a caller to relay it soon gives that up. What is told to it comes one call at a time, on the threads of the
 * connections.
 */
final class DirectLink implements Link.Listener {
    private static final System.Logger LOG = System.getLogger(RunnerNode.class.getName());

    /** How long a visitor tries to make a lost connection again, if there is another way. */
    private static final Duration DETOUR_AFTER = Duration.ofSeconds(3);

    private final ProcessRef self;
    private final ProcessRef peer;
    private final long peerPid;
    private final long peerMark;
    private final @Nullable Redialer redialer;
    private final User user;
    private final Session session;
    private final LinkWatch watch;
    private volatile long interruptedNanos;

    /** Whom a direct link serves. */
    interface User {
        /** The other runner says something that is its to say. */
        void received(Link from, Message message);

        /** The link is closed for good. */
        void closed(DirectLink link, String reason);
    }

    /**
     * @param peerPid of the other runner, if it is a process of this machine, else 0
     * @param peerMark {@link Kiln#startMark} of that
     * @param greetedNanos as in {@link Session#Session}
     * @param redialer if this side is the visitor
     */
    DirectLink(
            RunnerSettings settings,
            ProcessRef peer,
            long peerPid,
            long peerMark,
            long greetedNanos,
            @Nullable Redialer redialer,
            User user) {
        this.self = settings.self();
        this.peer = peer;
        this.peerPid = peerPid;
        this.peerMark = peerMark;
        this.redialer = redialer;
        this.user = user;
        this.session = new Session(this, greetedNanos);
        this.watch = new LinkWatch(settings, "runner " + peer.name(), session, session::end);
    }

    ProcessRef peer() {
        return peer;
    }

    /** What is sent over it. */
    Session session() {
        return session;
    }

    /** Whether this side came to the other one. */
    boolean isVisit() {
        return redialer != null;
    }

    /** Whether what is sent now is on its way now. */
    boolean isOpen() {
        return !session.isOver() && !session.isInterrupted();
    }

    @Override
    public void received(Link link, Message message) {
        if (message instanceof Heartbeat) {
            return; // heard, like all that the link receives
        }
        if (isOwn(message)) {
            user.received(link, message);
        } else {
            LOG.log(System.Logger.Level.ERROR, "closing the link: runner {0} may not send {1}", peer.name(), message);
            session.end("closed here: the other side sent what it may not send");
        }
    }

    /** Whether the other runner says it for itself and to this one: nobody relays here. */
    private boolean isOwn(Message message) {
        return switch (message) {
            case Ask ask -> ask.from().equals(peer) && ask.to().equals(self);
            case Answer answer -> answer.from().equals(peer) && answer.to().equals(self);
            case CancelAsk cancel -> cancel.from().equals(peer) && cancel.to().equals(self);
            case Gc gc -> speaker(gc.message()).equals(peer) && gc.to().equals(self);
            default -> false;
        };
    }

    private static ProcessRef speaker(GcMessage message) {
        return switch (message) {
            case Update update -> update.holder();
            case Acknowledged acknowledged -> acknowledged.owner();
            case Collect collect -> collect.owner();
        };
    }

    /**
     * Looks at the time, every now and then; for one thread.
     *
     * @param detour whether there is another way to the other runner
     */
    void look(long nowNanos, boolean detour) {
        if (session.isOver()) {
            return;
        }
        if (session.isInterrupted()) {
            if (peerPid != 0 && Kiln.hasEnded(peerPid, peerMark)) {
                session.end("the process of runner " + peer.name() + " has ended");
            } else if (isVisit() && detour && nowNanos - interruptedNanos > DETOUR_AFTER.toNanos()) {
                session.end("there was no connection for " + DETOUR_AFTER);
            }
        }
        watch.look(nowNanos);
    }

    @Override
    public void interrupted(Link link, String reason) {
        interruptedNanos = System.nanoTime();
        LOG.log(System.Logger.Level.DEBUG, "the connection to runner {0} is lost: {1}", peer.name(), reason);
        if (redialer != null) {
            redialer.resume(session);
        }
    }

    @Override
    public void resumed(Link link) {
        watch.resumed();
    }

    @Override
    public void closed(Link link, String reason) {
        user.closed(this, reason);
    }
}
