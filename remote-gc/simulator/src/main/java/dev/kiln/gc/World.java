package dev.kiln.gc;

import dev.kiln.gc.Parcel.Purpose;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs one history: processes that create, send, pass on, move, copy and drop, crash, restart and lose sight of each other.
 *
 * <p>What must hold after every step, and when all is quiet: {@link Laws}.
 */
final class World {
    private static final int PATIENCE = 15 * Party.LEASE;

    final Network net;
    final Diagram diagram;
    final Set<Parcel> parcels = new HashSet<>();
    final Laws laws = new Laws(this);
    private final History history;
    private final Rules.Maker rules;
    private final Coverage coverage;
    private final Map<String, Party> parties = new LinkedHashMap<>();
    /** Two names to the one that passes on what goes from one to the other. */
    private final Map<Set<String>, String> relays = new LinkedHashMap<>();

    World(History history, Rules.Maker rules, Coverage coverage, Diagram diagram) {
        this.history = history;
        this.rules = rules;
        this.coverage = coverage;
        this.diagram = diagram;
        this.net = new Network(history, diagram);
        for (int i = 0; i < history.parties(); i++) {
            start(new ProcessRef(String.valueOf((char) ('a' + i)), 1));
        }
        if (history.relays()) {
            findRelays(new SplittableRandom(history.seed()));
        }
    }

    private void findRelays(SplittableRandom dice) {
        List<String> names = names();
        for (String one : names) {
            for (String other : names) {
                if (one.compareTo(other) < 0 && dice.nextBoolean()) {
                    String relay = names.get(dice.nextInt(names.size()));
                    if (!relay.equals(one) && !relay.equals(other)) {
                        relays.put(Set.of(one, other), relay);
                    }
                }
            }
        }
    }

    /** @throws Violation when an invariant does not hold */
    void run() {
        for (Action action : history.actions()) {
            runUntil(action.time());
            act(action);
        }
        runUntil(history.end());
        relays.clear();
        for (String a : names()) {
            names().stream().filter(b -> a.compareTo(b) < 0).forEach(b -> mend(a, b));
        }
        runUntilTrue("settled, with exactly what is named alive", laws::exactlyTheNamedLive);
        living().forEach(party -> party.program.closeAll());
        runUntilTrue("all freed and forgotten", laws::nothingIsLeft);
    }

    // ---- what happens from outside

    private void act(Action action) {
        var dice = new SplittableRandom(action.dice());
        List<Party> able = living().stream()
                .filter(party -> party.isValid() && !party.isFrozen())
                .toList();
        if (!able.isEmpty()) {
            act(pick(able, dice), action.kind(), dice);
        }
    }

    private void act(Party party, Action.Kind kind, SplittableRandom dice) {
        Program program = party.program;
        Party other = pick(others(party), dice);
        String name = party.self.name();
        String otherName = other.self.name();
        switch (kind) {
            case SEND -> send(party, party.peer(otherName), dice);
            case CLOSE -> withName(party, dice, program::close);
            case COPY -> withName(party, dice, it -> program.copy(it, dice));
            case FLUSH -> party.flush();
            case MOVE -> carry(party, party.peer(otherName), Purpose.CARRY_MOVE, dice);
            case REPLICATE -> carry(party, party.peer(otherName), Purpose.CARRY_COPY, dice);
            case OPEN_BATCH -> program.openBatch(dice);
            case KEEP -> program.keep(dice);
            case TRANSFER -> program.transfer(dice);
            case END_BATCH -> program.endBatch(dice);
            case LOSE -> {
                cut(name, otherName);
                mend(name, otherName);
            }
            case PART -> {
                cut(name, otherName);
                net.after(dice.nextInt(1, longest(dice)), () -> mend(name, otherName));
            }
            case FREEZE -> party.freeze(dice.nextInt(1, longest(dice)));
            case CRASH -> crash(party, dice);
        }
    }

    private static int longest(SplittableRandom dice) {
        return dice.nextInt(100) < 80 ? Party.LEASE / 2 : 3 * Party.LEASE;
    }

    private static void withName(Party party, SplittableRandom dice, Consumer<Name> action) {
        if (!party.program.names.isEmpty()) {
            action.accept(pick(party.program.names, dice));
        }
    }

    private void send(Party party, @Nullable ProcessRef receiver, SplittableRandom dice) {
        if (receiver == null) {
            return;
        }
        List<List<Resource>> handles = new ArrayList<>();
        for (int i = dice.nextInt(1, 4); i > 0; i--) {
            Name known = party.program.names.isEmpty() ? null : pick(party.program.names, dice);
            boolean sendable = known != null
                    && (history.thirdParties() || known.copies.stream().allMatch(party.stock::isMine));
            if (known != null && sendable && dice.nextInt(100) < 60) {
                handles.add(List.copyOf(known.copies));
            } else {
                List<Resource> created = List.of(party.stock.create());
                handles.add(created);
                if (dice.nextInt(100) < 40) {
                    party.program.take(created, dice);
                }
            }
        }
        party.post(party.stock.parcel(receiver, Purpose.GIVE, null, handles, dice.nextLong()));
    }

    /** Sends data of its own to another process, which answers with the resource that it made of it. */
    private void carry(Party party, @Nullable ProcessRef receiver, Purpose purpose, SplittableRandom dice) {
        List<Resource> movable = new ArrayList<>();
        party.stock.alive().forEach(resource -> {
            if (resource.movedTo == null) {
                movable.add(resource);
            }
        });
        if (receiver != null && history.thirdParties() && !movable.isEmpty()) {
            Resource subject = pick(movable, dice);
            party.post(party.stock.parcel(receiver, purpose, subject, List.of(), dice.nextLong()));
        }
    }

    private void crash(Party party, SplittableRandom dice) {
        party.die();
        ProcessRef dead = party.self;
        relayDied(dead.name());
        // seen soon by everybody, or later by some, or by nobody, whom only the lease tells then
        int longest = dice.nextBoolean() ? 40 : Party.LEASE;
        for (Party other : others(party)) {
            if (dice.nextInt(100) < 80) {
                net.after(dice.nextInt(1, longest), () -> other.whenMoving(() -> other.onEnd(dead)));
            }
        }
        if (dice.nextInt(100) < 70) {
            net.after(dice.nextInt(1, 2 * Party.LEASE), () -> restart(party));
        }
    }

    /**
     * What went by way of it is lost. Some of those whom it was between have a direct link, too, and go on over that at once; the
     * others have lost sight of each other.
     */
    private void relayDied(String relay) {
        for (Map.Entry<Set<String>, String> each : List.copyOf(relays.entrySet())) {
            if (each.getValue().equals(relay)) {
                List<String> ends = each.getKey().stream().sorted().toList();
                String one = ends.getFirst();
                String other = ends.getLast();
                cut(one, other);
                // dice of its own, so that a history with one action less is the same otherwise
                var chance = new SplittableRandom(history.seed() ^ (one + other).hashCode());
                if (chance.nextBoolean()) {
                    relays.remove(each.getKey());
                    net.after(chance.nextInt(1, 40), () -> mend(one, other));
                } else {
                    net.after(2L * Party.LEASE, () -> mend(one, other));
                }
            }
        }
    }

    private void restart(Party dead) {
        if (Objects.equals(parties.get(dead.self.name()), dead)) {
            start(new ProcessRef(dead.self.name(), dead.self.incarnation() + 1));
        }
    }

    private void start(ProcessRef self) {
        var chance = new SplittableRandom(history.seed() ^ self.hashCode() * 0x9E3779B97F4A7C15L);
        var party = new Party(this, self, rules.of(self, history.thirdParties(), coverage), chance, history.drift());
        parties.put(self.name(), party);
        party.start();
    }

    /** This life is over, and the next one begins. */
    void reincarnate(Party party) {
        party.die();
        restart(party);
    }

    private void cut(String a, String b) {
        diagram.note(net.now(), a, () -> "loses its connection to " + b);
        net.breakLink(a, b);
    }

    private void mend(String a, String b) {
        if (net.mendLink(a, b)) {
            diagram.note(net.now(), a, () -> "has its connection to " + b + " again");
            for (String name : List.of(a, b)) {
                String peer = name.equals(a) ? b : a;
                to(name, party -> party.reconnected(peer));
            }
        }
    }

    private static <T> T pick(List<T> from, SplittableRandom dice) {
        return from.get(dice.nextInt(from.size()));
    }

    // ---- the parties' view of each other

    List<String> names() {
        return List.copyOf(parties.keySet());
    }

    /** All processes in their last lives, the dead too. */
    Collection<Party> all() {
        return parties.values();
    }

    List<Party> living() {
        return parties.values().stream().filter(Party::isAlive).toList();
    }

    /** The lives that a process knows of. */
    List<ProcessRef> lives(Function<String, @Nullable ProcessRef> known) {
        List<ProcessRef> lives = new ArrayList<>();
        for (String name : parties.keySet()) {
            ProcessRef life = known.apply(name);
            if (life != null) {
                lives.add(life);
            }
        }
        return lives;
    }

    private List<Party> others(Party party) {
        return parties.values().stream()
                .filter(other -> !other.self.name().equals(party.self.name()))
                .toList();
    }

    /** Runs this at that life of a process, if it lasts. */
    void with(ProcessRef ref, Consumer<Party> action) {
        to(ref.name(), party -> {
            if (party.self.equals(ref)) {
                action.accept(party);
            }
        });
    }

    /** Runs this at whatever life of that process lives. */
    void to(String name, Consumer<Party> action) {
        Party party = party(name);
        party.whenMoving(() -> action.accept(party));
    }

    /** Whether this very life lasts. */
    boolean lives(ProcessRef ref) {
        Party party = party(ref.name());
        return party.isAlive() && party.self.equals(ref);
    }

    /** The life of that process that was the last to begin. */
    Party party(String name) {
        return Objects.requireNonNull(parties.get(name), name);
    }

    // ---- checks

    void check(boolean holds, Violation.Of invariant, Supplier<String> otherwise) {
        if (!holds) {
            throw new Violation(invariant, "time " + net.now() + ": " + otherwise.get());
        }
    }

    private void runUntil(long time) {
        while (net.step(time)) {
            laws.checkNoUseAfterFree();
        }
    }

    private void runUntilTrue(String goal, BooleanSupplier reached) {
        long patience = net.now() + PATIENCE;
        while (!reached.getAsBoolean()) {
            check(net.now() < patience, Violation.Of.LEAK, () -> "never " + goal + laws.describe());
            runUntil(net.now() + Party.LEASE / 4);
        }
    }
}
