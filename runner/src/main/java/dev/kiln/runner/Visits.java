package dev.kiln.runner;

import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.wire.Carrier;
import dev.kiln.runner.wire.Greeting;
import dev.kiln.runner.wire.Link;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Admitted;
import dev.kiln.runner.wire.Message.Introduce;
import dev.kiln.runner.wire.Message.Meet;
import dev.kiln.runner.wire.Message.Rejected;
import dev.kiln.runner.wire.Message.Resume;
import dev.kiln.runner.wire.Message.Visit;
import dev.kiln.runner.wire.Redialer;
import dev.kiln.runner.wire.RunnerSettings;
import java.io.IOException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How this runner comes to others: it asks the caller to be introduced, dials, and shows the ticket. Whom it could not reach it
 * leaves alone for a while. Any thread; dialling has threads of its own.
 */
final class Visits {
    private static final System.Logger LOG = System.getLogger(RunnerNode.class.getName());

    /** How long a link may take to come into being before its users go another way. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** How long whoever could not be reached is left alone. */
    private static final Duration AVOID = Duration.ofMinutes(1);

    private final RunnerSettings settings;
    private final Neighbourhood neighbourhood;
    private final Link home;
    private final DirectLink.User user;
    private final Consumer<DirectLink> opened;
    private final Map<ProcessRef, CompletableFuture<DirectLink>> underWay = new HashMap<>(); // guarded by this
    private final Map<ProcessRef, Long> avoided = new HashMap<>(); // guarded by this; until when

    /** @param opened takes each new link, before anything comes over it */
    Visits(
            RunnerSettings settings,
            Neighbourhood neighbourhood,
            Link home,
            DirectLink.User user,
            Consumer<DirectLink> opened) {
        this.settings = settings;
        this.neighbourhood = neighbourhood;
        this.home = home;
        this.user = user;
        this.opened = opened;
    }

    /** A link to that runner, to come within {@link #PATIENCE} or not at all; null if it is not to be tried now. */
    @Nullable
    CompletableFuture<DirectLink> begin(ProcessRef host) {
        var visit = new CompletableFuture<DirectLink>();
        synchronized (this) {
            @Nullable Long untilNanos = avoided.get(host);
            if (untilNanos != null && untilNanos - System.nanoTime() > 0) {
                return null;
            }
            @Nullable CompletableFuture<DirectLink> known = underWay.putIfAbsent(host, visit);
            if (known != null) {
                return known;
            }
        }
        CompletableFuture<?> _ = visit.whenComplete((link, failure) -> over(host, visit, failure));
        visit.orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        home.send(new Introduce(host));
        return visit;
    }

    private void over(ProcessRef host, CompletableFuture<DirectLink> visit, @Nullable Throwable failure) {
        synchronized (this) {
            underWay.remove(host, visit);
            if (failure != null) {
                avoided.put(host, System.nanoTime() + AVOID.toNanos());
            }
        }
        if (failure != null) {
            String why = failure instanceof IOException ? failure.getMessage() : "there was none within " + PATIENCE;
            LOG.log(
                    System.Logger.Level.INFO,
                    "no direct link to runner {0}, so its data comes by way of the caller for a while: {1}",
                    host.name(),
                    why);
        }
    }

    /** The link to that runner which is to come, or not, in a moment; null if there is none. */
    @Nullable
    synchronized CompletableFuture<DirectLink> underWay(ProcessRef host) {
        return underWay.get(host);
    }

    /** That runner is gone, or may be tried again. */
    synchronized void forget(ProcessRef host) {
        avoided.remove(host);
    }

    /** The other runner says how it is to be reached. The link's thread. */
    void meet(Meet where) {
        @Nullable CompletableFuture<DirectLink> visit;
        synchronized (this) {
            visit = underWay.get(where.host());
        }
        if (visit == null) {
            return; // it took too long
        }
        if (!where.refusal().isEmpty()) {
            visit.completeExceptionally(new IOException(where.refusal()));
            return;
        }
        Thread.ofVirtual().name("kiln-visit-" + where.host().name()).start(() -> dial(where, visit));
    }

    private void dial(Meet where, CompletableFuture<DirectLink> visit) {
        try {
            Carrier.Dialer dialer = neighbourhood.dialer(where.address());
            dialer.dial(carrier -> {
                var shown = new Shown(where, visit, dialer, System.nanoTime());
                var greeting = new Greeting(carrier, shown);
                ProcessHandle self = ProcessHandle.current();
                greeting.send(
                        new Visit(settings.self(), where.host(), where.token(), self.pid(), Kiln.startMark(self)));
                CompletableFuture<?> _ = visit.whenComplete((link, failure) -> {
                    if (failure != null) {
                        greeting.close();
                    }
                });
                return greeting;
            });
        } catch (IOException | RuntimeException e) {
            visit.completeExceptionally(new IOException(e.getMessage(), e));
        }
    }

    /** The ticket is shown; what does the other side say? On the connection's thread. */
    private final class Shown implements Greeting.Listener {
        private final Meet where;
        private final CompletableFuture<DirectLink> visit;
        private final Carrier.Dialer dialer;
        private final long shownNanos;

        Shown(Meet where, CompletableFuture<DirectLink> visit, Carrier.Dialer dialer, long shownNanos) {
            this.where = where;
            this.visit = visit;
            this.dialer = dialer;
            this.shownNanos = shownNanos;
        }

        @Override
        public void greeted(Greeting from, Message message) {
            switch (message) {
                case Admitted admitted
                when MessageDigest.isEqual(admitted.proof(), where.proof()) -> {
                    DirectLink link = link(admitted);
                    opened.accept(link);
                    boolean _ = link.session().resume(from, 0, null);
                    link.session().beat(System.nanoTime());
                    visit.complete(link); // too late for who waited, perhaps: then it is for those who come after
                }
                case Rejected rejected -> fail("it refused the visit: " + rejected.reason());
                default -> fail("what answered at " + where.address() + " did not prove to be that runner");
            }
        }

        private DirectLink link(Admitted admitted) {
            var redialer = new Redialer(
                    dialer,
                    received -> new Resume(settings.self(), admitted.session(), received),
                    resumed -> MessageDigest.isEqual(resumed.proof(), where.proof()));
            long pid = neighbourhood.oneMachine() ? admitted.pid() : 0;
            return new DirectLink(settings, where.host(), pid, admitted.startMark(), shownNanos, redialer, user);
        }

        private void fail(String reason) {
            visit.completeExceptionally(new IOException(reason)); // which closes the connection
        }

        @Override
        public void lost(Greeting from, String reason) {
            fail("the connection to " + where.address() + " was lost: " + reason);
        }
    }
}
