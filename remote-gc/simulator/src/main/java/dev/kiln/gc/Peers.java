package dev.kiln.gc;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What one simulated process knows of the others: their present life, and how long it may trust its holds there. */
final class Peers {
    private final LongSupplier clock;
    private final Map<String, Peer> peers = new TreeMap<>();

    /** @param lease null until a first heartbeat is acknowledged: the peer is not reachable yet */
    private record Peer(ProcessRef ref, @Nullable Lease lease) {}

    Peers(LongSupplier clock) {
        this.clock = clock;
    }

    /** The last known life of this name, or null. */
    @Nullable
    ProcessRef known(String name) {
        Peer peer = peers.get(name);
        return peer == null ? null : peer.ref;
    }

    /** The same if there is a lease that lasts, else null. */
    @Nullable
    ProcessRef reachable(String name) {
        Peer peer = peers.get(name);
        return peer == null || peer.lease == null || hasLapsed(peer) ? null : peer.ref;
    }

    void met(ProcessRef ref) {
        peers.put(ref.name(), new Peer(ref, null));
    }

    void forget(ProcessRef ref) {
        if (ref.equals(known(ref.name()))) {
            peers.remove(ref.name());
        }
    }

    /** A heartbeat to a known peer was acknowledged. */
    void acknowledged(ProcessRef ref, long sent) {
        Peer peer = peers.get(ref.name());
        if (peer == null || peer.lease == null) {
            peers.put(ref.name(), new Peer(ref, new Lease(Duration.ofNanos(Party.LEASE), sent)));
        } else {
            peer.lease.acknowledged(sent);
        }
    }

    boolean anyLapsed(Predicate<ProcessRef> which) {
        for (Peer peer : peers.values()) {
            if (hasLapsed(peer) && which.test(peer.ref)) {
                return true;
            }
        }
        return false;
    }

    /** Lapsed leases that protect nothing are simply over, until a heartbeat gets through again. */
    void dropLapsed(Predicate<ProcessRef> which) {
        peers.replaceAll((name, peer) -> hasLapsed(peer) && which.test(peer.ref) ? new Peer(peer.ref, null) : peer);
    }

    private boolean hasLapsed(Peer peer) {
        return peer.lease != null && !peer.lease.lasts(clock.getAsLong());
    }
}
