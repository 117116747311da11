package dev.kiln.gc;

import dev.kiln.gc.Applied.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The simulator's process in one life: owner and holder at once, as a real one, plus what its program knows. */
final class Party {
    static final int LEASE = 1000;
    private static final int BEAT = 100;
    private static final int TICK = BEAT / 4;
    private static final int FLUSH = 10;

    final ProcessRef self;
    final Holdings holdings;
    final Handles handles;
    /** The program's handles on resources of others, one entry per handle. */
    final List<SimResource> names = new ArrayList<>();
    /** Its handles on its own. */
    final List<SimResource> ownNames = new ArrayList<>();

    final Map<Long, SimResource> own = new HashMap<>();
    /** Number placed for a transfer to the third-party resource that it keeps open. */
    final Map<Long, SimResource> pledges = new HashMap<>();
    /** Sent and not known to be read: sent again when the link is back. */
    final List<Parcel> outbox = new ArrayList<>();

    private final Simulation world;
    private final Network net;
    private final Peers peers;
    private final Set<ProcessRef> ended = new HashSet<>();
    /** Of these, the ones whose end the holdings were told. */
    private final Set<ProcessRef> buried = new HashSet<>();

    private long numbers;
    private boolean flushing;
    private boolean alive = true;
    /** Its lease has run out and it has not stopped yet: nothing new begins, but what it says still arrives. */
    private boolean late;

    Party(Simulation world, ProcessRef self, Duration estate) {
        this.world = world;
        this.net = world.net;
        this.self = self;
        this.peers = new Peers(net);
        this.holdings = new Holdings(self, Duration.ofNanos(LEASE), estate);
        this.handles = new Handles(self);
    }

    void start() {
        net.log(self, () -> "starts");
        tick(0);
    }

    /** Alive, and sure of all its leases. */
    boolean isValid() {
        return alive && !late && !peers.anyLapsed(this::dependsOn);
    }

    /** Whether a lease there has anything to protect. */
    private boolean dependsOn(ProcessRef owner) {
        return names.stream().anyMatch(resource -> resource.id.owner().equals(owner))
                || pledges.values().stream()
                        .anyMatch(resource -> resource.id.owner().equals(owner))
                || !handles.unacknowledged(owner).isEmpty();
    }

    boolean isAlive() {
        return alive;
    }

    void die() {
        alive = false;
        outbox.clear();
        net.log(self, () -> "ends");
    }

    /** Whether a handle on something of this owner, which comes in a message, will be of use. */
    boolean canTake(ProcessRef owner) {
        return owner.equals(self) || reaches(owner);
    }

    private boolean reaches(ProcessRef owner) {
        return owner.equals(peers.reachable(owner.name()));
    }

    /** The life of this name that it may send to, or null. */
    ProcessRef peer(String name) {
        return peers.reachable(name);
    }

    /** A lease that ran out ends this life, at once or somewhat late; the next one starts then. False if it is over. */
    boolean checkLeases() {
        if (alive && !late && !isValid()) {
            net.saw("lease lapsed");
            late = true;
            outbox.clear();
            if (net.chance(50)) {
                net.after(net.random.nextInt(2 * LEASE), this::comeBack);
            } else {
                comeBack();
            }
        }
        peers.dropLapsed(peer -> !dependsOn(peer));
        return alive;
    }

    private void comeBack() {
        if (alive) {
            world.reincarnate(this);
        }
    }

    // ---- the program

    SimResource create() {
        SimResource resource = new SimResource(new ResourceId(self, ++numbers));
        own.put(resource.id.number(), resource);
        return resource;
    }

    void send(ProcessRef receiver, List<SimResource> resources) {
        long transfer = ++numbers;
        for (SimResource resource : resources) {
            if (resource.id.owner().equals(self)) {
                holdings.placed(resource.id.number(), receiver, transfer, net.now());
            } else {
                net.saw("third-party send");
                handles.opened(resource.id);
                long number = ++numbers;
                pledges.put(number, resource);
                holdings.placed(number, receiver, transfer, net.now());
            }
        }
        Parcel parcel = new Parcel(self, receiver, transfer, resources);
        net.log(self, () -> "sends " + receiver + " " + parcel);
        outbox.add(parcel);
        transmit(parcel);
        flushSoon();
    }

    void copy(SimResource resource) {
        if (resource.id.owner().equals(self)) {
            resource.local++;
            ownNames.add(resource);
        } else {
            handles.opened(resource.id);
            names.add(resource);
            flushSoon();
        }
    }

    void close(SimResource resource) {
        net.log(self, () -> "closes " + resource.id);
        if (resource.id.owner().equals(self)) {
            ownNames.remove(resource);
            resource.local--;
            freeIfUnheld(resource);
        } else {
            names.remove(resource);
            handles.closed(resource.id);
            flushSoon();
        }
    }

    void closeAll() {
        List.copyOf(names).forEach(this::close);
        List.copyOf(ownNames).forEach(this::close);
    }

    private void freeIfUnheld(SimResource resource) {
        if (resource.local == 0 && !holdings.isHeld(resource.id.number()) && !resource.freed) {
            net.log(self, () -> "frees " + resource.id);
            resource.freed = true;
        }
    }

    private void freed(List<Long> numbers) {
        for (Long number : numbers) {
            SimResource pledged = pledges.remove(number);
            if (pledged != null) {
                handles.closed(pledged.id);
                flushSoon();
            } else {
                freeIfUnheld(own.get(number));
            }
        }
    }

    // ---- time

    private void tick(int ticks) {
        if (!checkLeases()) {
            return;
        }
        freed(holdings.expire(net.now()));
        world.check(holdings.isConsistent(), () -> self + ": the index differs from the books");
        outbox.removeIf(parcel -> holdings.isFenced(parcel.receiver));
        if (ticks % (BEAT / TICK) == 0) {
            long sent = net.now();
            for (Party other : world.others(this)) {
                net.sendBehind(self.name(), other.self.name(), () -> other.onBeat(self, sent));
            }
        }
        net.after(TICK, () -> tick(ticks + 1));
    }

    private void flushSoon() {
        if (!flushing) {
            flushing = true;
            net.after(net.random.nextInt(FLUSH), () -> {
                flushing = false;
                if (checkLeases()) {
                    flush();
                }
            });
        }
    }

    void flush() {
        handles.flush().forEach(this::tell);
    }

    private void tell(Addressed addressed) {
        net.log(self, () -> "tells " + addressed);
        world.deliver(self, addressed.to(), party -> party.onUpdate(addressed.update()));
    }

    private void transmit(Parcel parcel) {
        boolean sent = net.send(
                self.name(),
                parcel.receiver.name(),
                () -> {
                    parcel.inFlight--;
                    world.with(parcel.receiver, party -> party.onParcel(parcel));
                },
                () -> parcel.inFlight--);
        if (sent) {
            parcel.inFlight++;
        }
    }

    /** The link is back: everything that may have been lost goes out again. */
    void reconnected(String name) {
        ProcessRef peer = peers.known(name);
        if (checkLeases() && peer != null) {
            handles.unacknowledged(peer).forEach(this::tell);
            outbox.stream().filter(parcel -> parcel.receiver.equals(peer)).forEach(this::transmit);
        }
    }

    // ---- what arrives

    /** Whether to listen: both live, and neither has moved on. A peer's new life ends the one before. */
    private boolean admits(ProcessRef from) {
        if (!checkLeases() || ended.contains(from)) {
            return false;
        }
        ProcessRef known = peers.known(from.name());
        if (known != null && known.incarnation() > from.incarnation()) {
            return false;
        }
        if (!from.equals(known)) {
            if (known != null && net.chance(50)) {
                onGone(known);
            } else if (known != null) {
                lose(known); // and the holdings find out by themselves
            }
            peers.met(from);
        }
        return true;
    }

    private void onBeat(ProcessRef from, long sent) {
        if (!admits(from)) {
            return;
        }
        if (holdings.isFenced(from)) {
            world.deliver(self, from, party -> party.onAcknowledged(new Acknowledged(self, from, Acknowledged.FENCED)));
            return;
        }
        holdings.heard(from, net.now());
        world.deliver(self, from, party -> party.onBeatAcknowledged(self, sent));
    }

    private void onBeatAcknowledged(ProcessRef from, long sent) {
        if (admits(from)) {
            peers.acknowledged(from, sent);
        }
    }

    private void onUpdate(Update update) {
        boolean over = buried.contains(update.holder());
        if (!admits(update.holder()) && !over) {
            return;
        }
        Applied applied = holdings.on(update, net.now());
        world.check(!over || applied.outcome() == Outcome.FENCED, () -> self + " lets the dead speak: " + update);
        world.check(holdings.isConsistent(), () -> self + ": the index differs from the books");
        net.log(self, () -> "applies " + update + ": " + applied);
        net.saw("update " + applied.outcome());
        if (holdings.tombstones() > 0) {
            net.saw("tombstone");
        }
        for (Long missing : applied.missing()) {
            world.with(update.holder(), party -> party.hasNo(new ResourceId(self, missing)));
        }
        freed(applied.freed());
        world.deliver(self, update.holder(), party -> party.onAcknowledged(applied.reply()));
    }

    /** The owner could not find what this holder said that it holds: it must have let go of it since. */
    private void hasNo(ResourceId id) {
        world.check(!isValid() || handles.count(id) == 0, () -> self + " holds " + id + ", which was freed");
    }

    private void onAcknowledged(Acknowledged ack) {
        if (!admits(ack.owner())) {
            return;
        }
        if (ack.fenced() && ack.holder().equals(self)) {
            net.saw("fenced");
            comeBack();
        } else {
            handles.on(ack);
            flushSoon();
        }
    }

    private void onParcel(Parcel parcel) {
        if (!admits(parcel.sender) || late || parcel.done) {
            return;
        }
        parcel.done = true;
        world.with(parcel.sender, sender -> sender.outbox.remove(parcel));
        if (!reaches(parcel.sender) || net.chance(10)) {
            net.saw("refused");
            net.log(self, () -> "refuses " + parcel);
            handles.refused(parcel.sender, parcel.transfer);
        } else {
            read(parcel);
        }
        flushSoon();
    }

    private void read(Parcel parcel) {
        net.log(self, () -> "reads " + parcel);
        List<SimResource> kept = new ArrayList<>();
        for (SimResource resource : parcel.named) {
            if (canTake(resource.id.owner())) {
                copy(resource);
                kept.add(resource);
            }
        }
        if (net.chance(5)) {
            flush();
        }
        handles.arrived(parcel.sender, parcel.transfer, parcel.ids());
        if (net.chance(30)) {
            net.saw("closed at once");
            kept.forEach(this::close);
        }
    }

    /** Evidence that another life is over. */
    void onGone(ProcessRef other) {
        if (checkLeases() && buried.add(other)) {
            net.log(self, () -> "learns the end of " + other);
            freed(holdings.gone(other));
            lose(other);
        }
    }

    private void lose(ProcessRef other) {
        ended.add(other);
        handles.gone(other);
        names.removeIf(resource -> resource.id.owner().equals(other));
        outbox.removeIf(parcel -> parcel.receiver.equals(other));
        peers.forget(other);
        flushSoon();
    }

    boolean isSettled() {
        boolean allKnow = world.others(this).stream()
                .allMatch(other ->
                        !other.isAlive() || handles.unacknowledged(other.self).isEmpty());
        return allKnow && handles.waiting() == 0 && outbox.isEmpty() && !flushing;
    }
}
