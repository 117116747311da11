package dev.kiln.runner;

import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.wire.Link;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Expect;
import dev.kiln.runner.wire.Message.Meet;
import dev.kiln.runner.wire.RunnerSettings;
import dev.kiln.runner.wire.Session;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * This runner's direct links to others of its pool: see docs/adr/0009. Two runners may have two, if each wants one in the same
 * moment; either serves both. Any thread.
 */
final class Neighbours implements DirectLink.User, AutoCloseable {
    private final Link home;
    private final Neighbourhood neighbourhood;
    private final Questions questions;
    private final BiConsumer<Link, Message> received;
    private final BiConsumer<ProcessRef, String> lost;
    private final Set<DirectLink> links = ConcurrentHashMap.newKeySet();
    private final Doorstep doorstep;
    private final Visits visits;
    private volatile boolean alone;

    /**
     * @param home the link to the caller
     * @param questions of this runner, which end with the link that they went over
     * @param received takes what others say over direct links
     * @param lost is told whom nothing can reach any more: the caller is gone, and now the last direct link
     */
    Neighbours(
            RunnerSettings settings,
            Neighbourhood neighbourhood,
            Link home,
            Questions questions,
            BiConsumer<Link, Message> received,
            BiConsumer<ProcessRef, String> lost) {
        this.home = home;
        this.neighbourhood = neighbourhood;
        this.questions = questions;
        this.received = received;
        this.lost = lost;
        this.doorstep = new Doorstep(settings, neighbourhood, this, links::add);
        this.visits = new Visits(settings, neighbourhood, home, this, links::add);
    }

    /** Whether there can be any. */
    boolean exist() {
        return neighbourhood.exists();
    }

    /** Another runner is going to come. The link's thread. */
    void expect(Expect visit) {
        Thread.ofVirtual().name("kiln-door").start(() -> home.send(doorstep.expect(visit)));
    }

    /** The other runner says how it is to be reached. The link's thread. */
    void meet(Meet where) {
        visits.meet(where);
    }

    /**
     * The shorter way to another runner; waits some seconds for one that is to come into being.
     *
     * @return null if there is none at present
     */
    @Nullable
    Session straight(ProcessRef peer) throws InterruptedException {
        List<DirectLink> known = linksTo(peer);
        if (alone || !known.isEmpty()) {
            return known.stream()
                    .filter(DirectLink::isOpen)
                    .findAny()
                    .map(DirectLink::session)
                    .orElse(null);
        }
        return come(exist() ? visits.begin(peer) : null);
    }

    private static @Nullable Session come(@Nullable CompletableFuture<DirectLink> visit) throws InterruptedException {
        try {
            return visit == null ? null : visit.get().session();
        } catch (ExecutionException e) {
            return null; // why was logged
        }
    }

    /** The same when the caller is gone; waits for a visit that is under way. */
    @Nullable
    Session lastOrComing(ProcessRef peer) throws InterruptedException {
        @Nullable CompletableFuture<DirectLink> visit = visits.underWay(peer); // first: when it is over there is a link
        @Nullable Session last = last(peer);
        return last == null ? come(visit) : last;
    }

    /** The only way to another runner that is left without the caller, interrupted or not; null if there is none. */
    @Nullable
    Session last(ProcessRef peer) {
        List<DirectLink> known = linksTo(peer);
        return known.stream()
                .filter(DirectLink::isOpen)
                .findAny()
                .or(() -> known.stream().findAny())
                .map(DirectLink::session)
                .orElse(null);
    }

    private List<DirectLink> linksTo(ProcessRef peer) {
        return links.stream()
                .filter(link -> link.peer().equals(peer) && !link.session().isOver())
                .toList();
    }

    /** Has a link made, if there is none. */
    void want(ProcessRef peer) {
        if (exist() && !alone && linksTo(peer).isEmpty()) {
            CompletableFuture<?> _ = visits.begin(peer);
        }
    }

    /** Whether there is a link, or one may come into being in a moment. */
    boolean know(ProcessRef peer) {
        return !linksTo(peer).isEmpty() || doorstep.awaits(peer, System.nanoTime()) || visits.underWay(peer) != null;
    }

    /** Whether there is a link to anybody. */
    boolean any() {
        return !links.isEmpty();
    }

    /** There is evidence that the other runner has ended. */
    void gone(ProcessRef peer, String cause) {
        doorstep.forget(peer);
        visits.forget(peer);
        linksTo(peer).forEach(link -> link.session().end(cause));
    }

    /** The caller is gone: what is not linked directly cannot be reached any more. */
    void leftAlone() {
        alone = true;
    }

    boolean alone() {
        return alone;
    }

    /** At every tick. */
    void look(long nowNanos) {
        doorstep.look(nowNanos);
        links.forEach(link -> link.look(nowNanos, !alone));
    }

    /** Tells them that this runner lives. */
    void beat(long nowNanos) {
        links.forEach(link -> link.session().beat(nowNanos));
    }

    /** Of whom something was heard since then. */
    List<ProcessRef> heardSince(long nanos) {
        return links.stream()
                .filter(link -> link.session().heardNanos() - nanos > 0)
                .map(DirectLink::peer)
                .toList();
    }

    @Override
    public void received(Link from, Message message) {
        received.accept(from, message);
    }

    @Override
    public void closed(DirectLink link, String reason) {
        links.remove(link);
        doorstep.closed(link);
        questions.cut(link.session(), reason);
        if (alone && linksTo(link.peer()).isEmpty()) {
            lost.accept(link.peer(), reason);
        }
    }

    @Override
    public void close() {
        links.forEach(link -> link.session().close());
        neighbourhood.close();
    }
}
