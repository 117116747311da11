package dev.kiln.runner.wire;

import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.wire.Message.Rejected;
import dev.kiln.runner.wire.Message.Resume;
import dev.kiln.runner.wire.Message.Resumed;
import java.security.MessageDigest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where sessions of tests meet: one end is at home, the other dials, and dials again when the connection is lost. All
 * connections, also the first, are greeted as those that go on.
 */
final class Meeting implements Carrier.Host, Greeting.Listener {
    private static final byte[] SECRET = {1, 2, 3};

    private final Map<ProcessRef, Session> atHome = new ConcurrentHashMap<>();
    private final AtomicInteger visitors = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();

    /** Two ends of one link; the second dials. */
    record Ends(Session first, Session second) {}

    Ends connect(Link.Listener first, Link.Listener second, Carrier.Dialer dialer) {
        var visitor = new ProcessRef("visitor-" + visitors.incrementAndGet(), 1);
        var home = new Session(first, 0);
        atHome.put(visitor, home);
        var dialling = new Dialling(visitor, second, dialer);
        dialling.redialer.resume(dialling.session);
        return new Ends(home, dialling.session);
    }

    /** Makes a session that waits at home for this visitor. */
    Session expect(ProcessRef visitor, Link.Listener listener) {
        var home = new Session(listener, 0);
        atHome.put(visitor, home);
        return home;
    }

    static Resume resume(ProcessRef visitor, long received) {
        return new Resume(visitor, SECRET, received);
    }

    int refused() {
        return refused.get();
    }

    @Override
    public Carrier.Events connected(Carrier carrier) {
        return new Greeting(carrier, this);
    }

    @Override
    public void greeted(Greeting from, Message message) {
        if (!(message instanceof Resume resume) || !MessageDigest.isEqual(resume.session(), SECRET)) {
            throw new ProtocolViolation("no greeting");
        }
        Session home = atHome.get(resume.runner());
        try {
            if (home != null && home.resume(from, resume.received(), received -> new Resumed(SECRET, received))) {
                return;
            }
        } catch (ProtocolViolation e) {
            // Refused like the others.
        }
        refused.incrementAndGet();
        from.send(new Rejected("there is no such session"));
        from.close();
    }

    @Override
    public void lost(Greeting from, String reason) {}

    /** The end that dials whenever there is no connection. */
    private static final class Dialling implements Link.Listener {
        final Session session = new Session(this, 0);
        final Redialer redialer;
        private final Link.Listener listener;

        Dialling(ProcessRef self, Link.Listener listener, Carrier.Dialer dialer) {
            this.listener = listener;
            this.redialer = new Redialer(
                    dialer,
                    received -> Meeting.resume(self, received),
                    resumed -> MessageDigest.isEqual(resumed.proof(), SECRET));
        }

        @Override
        public void opened(Link link) {
            listener.opened(link);
        }

        @Override
        public void received(Link link, Message message) {
            listener.received(link, message);
        }

        @Override
        public void interrupted(Link link, String reason) {
            listener.interrupted(link, reason);
            redialer.resume(session);
        }

        @Override
        public void resumed(Link link) {
            listener.resumed(link);
        }

        @Override
        public void closed(Link link, String reason) {
            listener.closed(link, reason);
        }
    }
}
