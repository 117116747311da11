package dev.kiln.gc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One history of three or four processes that create, send, pass on and drop, crash, restart and lose sight of each
 * other, all decided by one seed.
 *
 * <p>After every step: whatever a living process within its leases names, or a message that it may still read, is not
 * freed; and the owners' index agrees with their books. When all is quiet: what nobody names is freed, nothing waits,
 * and no tombstone is left.
 */
final class Simulation {
    private static final List<String> NAMES = List.of("a", "b", "c", "d");

    final Network net;
    private final long seed;
    private final Map<String, Party> parties = new LinkedHashMap<>();
    private final Set<Parcel> parcels = new HashSet<>();
    private final boolean thirdParties;
    private final Duration estate;
    /** The longest between two actions: from bursts in which everything overtakes everything to leisure. */
    private final int pace;

    private boolean active = true;

    Simulation(long seed, boolean tracing) {
        this.seed = seed;
        this.net = new Network(seed, tracing);
        // without third parties nothing needs an estate, so the other half of the histories runs without one
        this.thirdParties = net.chance(75);
        this.estate = Duration.ofNanos(thirdParties ? Party.LEASE : 0);
        this.pace = net.random.nextInt(2, 30);
        NAMES.subList(0, net.chance(50) ? 3 : 4).forEach(name -> {
            Party party = new Party(this, new ProcessRef(name, 1), estate);
            parties.put(name, party);
            net.after(0, party::start);
        });
    }

    Map<String, Integer> run() {
        long end = net.random.nextInt(300, 200 * pace);
        act();
        runUntil(end);
        active = false;
        for (String a : parties.keySet()) {
            parties.keySet().stream().filter(b -> a.compareTo(b) < 0).forEach(b -> mend(a, b));
        }
        runUntilTrue("settled, and exactly what is named is there", this::exactlyTheNamedLive);
        living().forEach(Party::closeAll);
        runUntilTrue("all is freed", this::allIsFreed);
        return net.seen();
    }

    // ---- chance

    private void act() {
        if (!active) {
            return;
        }
        List<Party> alive = living();
        if (!alive.isEmpty()) {
            Party party = pick(alive);
            if (party.checkLeases() && party.isValid()) {
                act(party, net.random.nextInt(100));
            }
        }
        net.after(net.random.nextInt(1, pace), this::act);
    }

    private void act(Party party, int dice) {
        if (dice < 45) {
            send(party);
        } else if (dice < 75) {
            if (!party.names.isEmpty()) {
                party.close(pick(party.names));
            } else if (!party.ownNames.isEmpty()) {
                party.close(pick(party.ownNames));
            }
        } else if (dice < 80) {
            if (!party.names.isEmpty()) {
                party.copy(pick(party.names));
            }
        } else if (dice < 88) {
            party.flush();
        } else if (dice < 96) {
            String other = pick(others(party)).self.name();
            String name = party.self.name();
            net.saw("link broken");
            net.breakLink(name, other);
            int longest = net.chance(80) ? Party.LEASE / 2 : 3 * Party.LEASE;
            net.after(net.random.nextInt(1, longest), () -> mend(name, other));
        } else if (dice < 98) {
            crash(party);
        }
    }

    private void send(Party party) {
        ProcessRef receiver = party.peer(pick(others(party)).self.name());
        if (receiver == null) {
            return;
        }
        List<SimResource> resources = new ArrayList<>();
        for (int i = net.random.nextInt(1, 4); i > 0; i--) {
            int dice = net.random.nextInt(100);
            if (thirdParties && dice < 45 && !party.names.isEmpty()) {
                resources.add(pick(party.names));
            } else if (dice < 60 && !party.ownNames.isEmpty()) {
                resources.add(pick(party.ownNames));
            } else {
                SimResource created = party.create();
                resources.add(created);
                if (net.chance(30)) {
                    party.copy(created);
                }
            }
        }
        party.send(receiver, resources);
        parcels.add(party.outbox.getLast());
    }

    private void crash(Party party) {
        net.saw("crash");
        party.die();
        ProcessRef dead = party.self;
        // seen at once by everybody, or later by some, or by nobody, whom only the lease tells then
        int longest = net.chance(50) ? Network.DELAY : Party.LEASE;
        for (Party other : others(party)) {
            if (net.chance(80)) {
                net.after(net.random.nextInt(1, longest), () -> other.onGone(dead));
            }
        }
        if (net.chance(70)) {
            net.after(net.random.nextInt(1, 2 * Party.LEASE), () -> restart(party));
        }
    }

    private void restart(Party dead) {
        if (parties.get(dead.self.name()) == dead) {
            ProcessRef next = new ProcessRef(dead.self.name(), dead.self.incarnation() + 1);
            Party party = new Party(this, next, estate);
            parties.put(next.name(), party);
            party.start();
        }
    }

    void reincarnate(Party party) {
        party.die();
        restart(party);
    }

    private void mend(String a, String b) {
        if (net.mendLink(a, b)) {
            parties.get(a).reconnected(b);
            parties.get(b).reconnected(a);
        }
    }

    private <T> T pick(List<T> from) {
        return from.get(net.random.nextInt(from.size()));
    }

    // ---- the parties' view of each other

    private List<Party> living() {
        return parties.values().stream().filter(Party::isAlive).toList();
    }

    List<Party> others(Party party) {
        return parties.values().stream()
                .filter(other -> !other.self.name().equals(party.self.name()))
                .toList();
    }

    /** Runs this at that life of a process, if it lasts. */
    void with(ProcessRef ref, Consumer<Party> action) {
        Party party = parties.get(ref.name());
        if (party.isAlive() && party.self.equals(ref)) {
            action.accept(party);
        }
    }

    void deliver(ProcessRef from, ProcessRef to, Consumer<Party> action) {
        net.sendMaybeTwice(from.name(), to.name(), () -> with(to, action));
    }

    boolean isValid(ProcessRef ref) {
        Party party = parties.get(ref.name());
        return party.self.equals(ref) && party.isValid();
    }

    // ---- checks

    void check(boolean holds, Supplier<String> otherwise) {
        if (!holds) {
            throw new AssertionError("seed " + seed + ", time " + net.now() + ": " + otherwise.get());
        }
    }

    private void runUntil(long time) {
        while (net.step(time)) {
            checkNoUseAfterFree();
        }
    }

    private void runUntilTrue(String goal, BooleanSupplier reached) {
        long patience = net.now() + 10L * Party.LEASE;
        while (!reached.getAsBoolean()) {
            check(net.now() < patience, () -> "leak: never " + goal + describe());
            runUntil(net.now() + Party.LEASE / 4);
        }
    }

    private void checkNoUseAfterFree() {
        for (Party party : parties.values()) {
            if (party.isValid()) {
                party.names.forEach(resource -> checkUsable(party.self, resource));
                party.ownNames.forEach(resource -> checkUsable(party.self, resource));
            }
        }
        parcels.removeIf(this::isDead);
        for (Parcel parcel : parcels) {
            Party receiver = parties.get(parcel.receiver.name());
            if (receiver.isValid()) {
                for (SimResource resource : parcel.named) {
                    if (receiver.canTake(resource.id.owner())) {
                        checkUsable(parcel, resource);
                    }
                }
            }
        }
    }

    /** Nobody will ever read it. */
    private boolean isDead(Parcel parcel) {
        Party sender = parties.get(parcel.sender.name());
        boolean kept = isValid(parcel.sender) && sender.outbox.contains(parcel);
        return parcel.done
                || (!kept && parcel.inFlight == 0)
                || !parties.get(parcel.receiver.name()).self.equals(parcel.receiver);
    }

    private void checkUsable(Object by, SimResource resource) {
        ProcessRef owner = resource.id.owner();
        check(
                !resource.freed || !parties.get(owner.name()).self.equals(owner),
                () -> "use after free: " + resource.id + " by " + by);
    }

    private boolean exactlyTheNamedLive() {
        parcels.removeIf(this::isDead);
        if (!parcels.isEmpty()) {
            return false;
        }
        Set<SimResource> named = new HashSet<>();
        for (Party party : living()) {
            if (!party.isSettled()) {
                return false;
            }
            named.addAll(party.names);
            named.addAll(party.ownNames);
        }
        return living().stream()
                .allMatch(party -> party.pledges.isEmpty()
                        && party.holdings.tombstones() == 0
                        && party.own.values().stream()
                                .allMatch(resource -> resource.freed != named.contains(resource)));
    }

    private boolean allIsFreed() {
        return living().stream()
                .allMatch(party -> party.isSettled()
                        && party.holdings.size() == 0
                        && party.holdings.tombstones() == 0
                        && party.handles.size() == 0
                        && party.own.values().stream().allMatch(resource -> resource.freed));
    }

    private String describe() {
        StringBuilder text = new StringBuilder();
        for (Party party : living()) {
            text.append("\n  ").append(party.self);
            text.append(": waiting ").append(party.handles.waiting());
            text.append(", unacknowledged ").append(party.handles.unacknowledgedUpdates());
            text.append(", unread ").append(party.outbox.size());
            text.append(", pledges ").append(party.pledges.size());
            text.append(", tombstones ").append(party.holdings.tombstones());
            text.append(", held ").append(party.holdings.size());
            text.append(", open ").append(party.handles.size());
            party.own.values().stream().filter(resource -> !resource.freed).forEach(resource -> text.append("\n    ")
                    .append(resource.id)
                    .append(" by ")
                    .append(party.holdings.holders(resource.id.number()))
                    .append(", local ")
                    .append(resource.local));
        }
        return text.toString();
    }
}
