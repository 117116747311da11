package dev.kiln.runner;

import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.wire.Carrier;
import dev.kiln.runner.wire.Greeting;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Admitted;
import dev.kiln.runner.wire.Message.Expect;
import dev.kiln.runner.wire.Message.Meet;
import dev.kiln.runner.wire.Message.Resume;
import dev.kiln.runner.wire.Message.Visit;
import dev.kiln.runner.wire.ProtocolViolation;
import dev.kiln.runner.wire.Resumption;
import dev.kiln.runner.wire.RunnerSettings;
import dev.kiln.runner.wire.Strangers;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where other runners come in: opened when the first of them is to come. Who shows a ticket is admitted; who shows the secret of
 * a link that goes on, goes on. Greetings are on the connections' threads.
 */
final class Doorstep implements Carrier.Host {
    private static final System.Logger LOG = System.getLogger(RunnerNode.class.getName());
    private static final int SECRET_BYTES = 32;

    private final RunnerSettings settings;
    private final Neighbourhood neighbourhood;
    private final DirectLink.User user;
    private final Consumer<DirectLink> admitted;
    private final Strangers strangers = new Strangers(this::refusal);
    private final Object opening = new Object();
    private @Nullable String address; // guarded by opening
    private final Tickets tickets; // guarded by itself
    private final Map<ProcessRef, Guest> guests = new ConcurrentHashMap<>();

    /** By what a visitor takes up its link again, and this side is known to it. */
    @SuppressWarnings("ArrayRecordComponent") // secrets, compared in constant time only
    private record Guest(DirectLink link, byte[] secret, byte[] proof) {}

    /** @param admitted takes each new link, before anything comes over it */
    Doorstep(
            RunnerSettings settings, Neighbourhood neighbourhood, DirectLink.User user, Consumer<DirectLink> admitted) {
        this.settings = settings;
        this.neighbourhood = neighbourhood;
        this.user = user;
        this.admitted = admitted;
        this.tickets = new Tickets(settings.self());
    }

    /** What to tell a visitor that the caller announces. Opens the door first, which may take a while. */
    Meet expect(Expect visit) {
        try {
            String at = open();
            synchronized (tickets) { // before the visitor can know of it
                tickets.expect(visit, System.nanoTime());
            }
            return new Meet(visit.visitor(), settings.self(), visit.token(), visit.proof(), at, "");
        } catch (IOException | RuntimeException e) {
            return Meet.not(
                    visit.visitor(),
                    settings.self(),
                    "runner " + settings.self().name() + " cannot listen for others: " + e.getMessage());
        }
    }

    private String open() throws IOException {
        synchronized (opening) {
            @Nullable String at = address;
            if (at == null) {
                at = neighbourhood.open(this);
                address = at;
            }
            return at;
        }
    }

    @Override
    public Greeting connected(Carrier carrier) {
        return strangers.met(carrier);
    }

    private String refusal(Greeting from, Message message) {
        return switch (message) {
            case Visit visit -> admit(from, visit);
            case Resume resume -> goOn(from, resume);
            default -> throw new ProtocolViolation("no greeting");
        };
    }

    /** Empty, or why not. */
    private String admit(Greeting from, Visit visit) {
        Tickets.Answer answer;
        synchronized (tickets) {
            answer = tickets.redeem(visit, System.nanoTime());
        }
        byte @Nullable [] proof = answer.redeemed();
        if (proof == null) {
            LOG.log(System.Logger.Level.WARNING, "a visitor was refused: {0}", answer.refusal());
            return answer.refusal();
        }
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        long pid = neighbourhood.oneMachine() ? visit.pid() : 0;
        var link = new DirectLink(settings, visit.visitor(), pid, visit.startMark(), System.nanoTime(), null, user);
        @Nullable Guest before = guests.put(visit.visitor(), new Guest(link, secret, proof));
        admitted.accept(link);
        ProcessHandle self = ProcessHandle.current();
        from.send(new Admitted(proof, secret, self.pid(), Kiln.startMark(self)));
        boolean _ = link.session().resume(from, 0, null);
        if (before != null) { // it has given that up, or would not have asked for a ticket
            before.link.session().end("the visitor has come again");
        }
        return "";
    }

    private String goOn(Greeting from, Resume resume) {
        @Nullable Guest guest = guests.get(resume.runner());
        return guest != null && MessageDigest.isEqual(guest.secret, resume.session())
                ? Resumption.of(guest.link.session(), from, resume, guest.proof)
                : Resumption.UNKNOWN;
    }

    /** Whether that runner may still come for the first time. */
    boolean awaits(ProcessRef visitor, long nowNanos) {
        synchronized (tickets) {
            return tickets.awaits(visitor, nowNanos);
        }
    }

    /** That runner will not come any more. */
    void forget(ProcessRef visitor) {
        synchronized (tickets) {
            tickets.forget(visitor);
        }
    }

    /** A link is closed for good. */
    void closed(DirectLink link) {
        guests.computeIfPresent(link.peer(), (peer, guest) -> guest.link == link ? null : guest);
    }

    void look(long nowNanos) {
        strangers.closeSilent(nowNanos);
    }
}
