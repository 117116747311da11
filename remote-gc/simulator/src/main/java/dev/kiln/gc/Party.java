package dev.kiln.gc;

import dev.kiln.gc.Applied.Outcome;
import dev.kiln.gc.Parcel.Purpose;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The simulator's process in one life: owner, holder and sender at once, as a real one. Its links, its clock, its leases; what
 * it owns is its {@link Stock}, what its program does its {@link Program}.
 */
final class Party {
    static final int LEASE = 1000;
    private static final int TICK = LEASE / 8;
    private static final int FLUSH = 10;

    final ProcessRef self;
    final Rules rules;
    final Stock stock = new Stock(this);
    final Program program = new Program(this);
    final Outbox outbox;

    private final World world;
    private final Network net;
    private final Peers peers = new Peers(this::clock);
    private final Set<ProcessRef> ended = new HashSet<>();
    /** Of these, the ones whose end the holdings were told. */
    private final Set<ProcessRef> buried = new HashSet<>();
    /** Its clock gains or loses so many units in a thousand. */
    private final int drift;

    private final long clockOffset;
    private final SplittableRandom chance;
    private long frozenUntil;
    private boolean flushing;
    private boolean alive = true;
    /** A lease has run out: nothing is done but asking for it, until it is renewed or this life is given up. */
    private boolean suspended;
    /** One has run out that cannot be renewed. */
    private boolean overForGood;

    Party(World world, ProcessRef self, Rules rules, SplittableRandom chance, boolean drifts) {
        this.world = world;
        this.net = world.net;
        this.outbox = new Outbox(this, world);
        this.self = self;
        this.rules = rules;
        this.chance = chance;
        this.drift = drifts ? chance.nextInt(-40, 41) : 0;
        this.clockOffset = chance.nextLong(1_000_000);
    }

    void start() {
        note(() -> "starts as " + self);
        net.after(0, this::tick);
    }

    void note(Supplier<String> what) {
        world.diagram.note(net.now(), self.name(), what);
    }

    /** What its own clock shows: nobody else's. */
    long clock() {
        return clockOffset + net.now() * (1000 + drift) / 1000;
    }

    boolean isAlive() {
        return alive;
    }

    void die() {
        alive = false;
        outbox.giveUp(receiver -> true);
        note(() -> "ends");
    }

    // ---- leases

    /** Alive, and sure of all its leases. */
    boolean isValid() {
        return alive && !suspended && !peers.anyLapsed(this::dependsOn);
    }

    /** Whether a lease there has anything to protect. */
    private boolean dependsOn(ProcessRef other) {
        return program.dependsOn(other) || stock.dependsOn(other) || rules.dependsOn(other);
    }

    /** Whether a handle on something of this owner, which comes in a message, will be of use. */
    boolean canTake(ProcessRef owner) {
        return owner.equals(self) || reaches(owner);
    }

    private boolean reaches(ProcessRef owner) {
        return owner.equals(peers.reachable(owner.name()));
    }

    /** The life of this name that it may send to, or null. */
    @Nullable
    ProcessRef peer(String name) {
        return peers.reachable(name);
    }

    /** A lease that ran out suspends this life, and ends it some time later unless it is renewed before. */
    private boolean checkLeases() {
        if (!alive) {
            return false;
        }
        overForGood |= peers.anyLapsed(owner -> !rules.mayRenew(owner));
        boolean lapsed = overForGood || peers.anyLapsed(this::dependsOn);
        if (lapsed && !suspended) {
            suspended = true;
            note(() -> "is suspended: a lease has run out");
            net.after(chance.nextInt(2 * LEASE), this::giveUp);
        } else if (!lapsed && suspended) {
            suspended = false;
            note(() -> "goes on");
            net.after(0, this::tellAllAgain);
        }
        if (!suspended) {
            peers.dropLapsed(peer -> !dependsOn(peer));
        }
        return !suspended;
    }

    /** What came meanwhile was not listened to, and what there was to say was not said. */
    private void tellAllAgain() {
        for (String name : world.names()) {
            reconnected(name);
            world.to(name, party -> party.reconnected(self.name()));
        }
        flushSoon();
    }

    private void giveUp() {
        if (alive && !checkLeases()) {
            world.reincarnate(this);
        }
    }

    boolean isFrozen() {
        return net.now() < frozenUntil;
    }

    void freeze(long time) {
        frozenUntil = net.now() + time;
        note(() -> "stands still until " + frozenUntil);
    }

    /** Runs it now, or when it moves again, in the order in which it came. */
    void whenMoving(Runnable action) {
        if (isFrozen()) {
            net.after(frozenUntil - net.now(), () -> whenMoving(action));
        } else if (alive) {
            action.run();
        }
    }

    // ---- time

    private void tick() {
        whenMoving(() -> {
            if (checkLeases()) {
                stock.freed(rules.expire(clock()));
                outbox.giveUp(rules.holdings::isFenced);
                stock.remind();
            }
            world.laws.checkTables(this);
            long sent = clock();
            for (String name : world.names()) {
                if (!name.equals(self.name())) {
                    net.sendBehind(self.name(), name, () -> world.to(name, party -> party.onBeat(self, sent)));
                }
            }
            net.after(TICK, this::tick);
        });
    }

    void flushSoon() {
        if (!flushing) {
            flushing = true;
            net.after(
                    chance.nextInt(FLUSH),
                    () -> whenMoving(() -> {
                        flushing = false;
                        flush();
                    }));
        }
    }

    void flush() {
        if (checkLeases()) {
            rules.flush(world.lives(peers::known)).forEach(outbox::tell);
        }
    }

    // ---- what is sent

    /** Sends a message with contents, for which all is held. */
    void post(Parcel parcel) {
        outbox.post(parcel);
        world.parcels.add(parcel);
        flushSoon();
    }

    /** The link is back: everything that may have been lost goes out again. */
    void reconnected(String name) {
        ProcessRef peer = peers.known(name);
        if (peer != null && checkLeases()) {
            rules.unacknowledged(peer).forEach(outbox::tell);
            outbox.again(peer);
        }
    }

    // ---- what arrives

    /** Whether to listen: neither has moved on. A peer's new life ends the one before. */
    private boolean admits(ProcessRef from) {
        ProcessRef known = peers.known(from.name());
        if (ended.contains(from) || (known != null && known.incarnation() > from.incarnation())) {
            return false;
        }
        if (!from.equals(known)) {
            if (known != null && chance.nextBoolean()) {
                onEnd(known);
            } else if (known != null) {
                lose(known); // and the holdings find out by themselves
            }
            peers.met(from);
        }
        return true;
    }

    private void onBeat(ProcessRef from, long sent) {
        // Who is suspended cannot vouch for what it has passed on, so nobody's trust in it is renewed.
        if (!checkLeases() || !admits(from)) {
            return;
        }
        if (rules.heard(from, clock())) {
            net.send(
                    self.name(),
                    from.name(),
                    () -> "",
                    () -> world.with(from, it -> it.onRenewed(self, sent)),
                    () -> {});
        } else {
            outbox.answer(from, new Acknowledged(self, from, Acknowledged.FENCED));
        }
    }

    private void onRenewed(ProcessRef by, long sent) {
        if (admits(by)) {
            peers.acknowledged(by, sent);
            checkLeases();
        }
    }

    void onUpdate(Update said) {
        ProcessRef speaker =
                rules.speaker(said.holder(), peers.known(said.holder().name()));
        Update update = new Update(speaker, said.sequence(), said.held(), said.released(), said.ended(), said.lent());
        boolean over = buried.contains(update.holder());
        // Also while suspended: a heartbeat that is acknowledged later says that what was sent before it has been
        // applied.
        if (!over && !admits(update.holder())) {
            return;
        }
        Applied applied = rules.on(update, clock());
        world.check(
                !over || applied.outcome() == Outcome.FENCED, Violation.Of.CONSISTENCY, () -> self + " heard the dead");
        for (Long missing : applied.missing()) {
            world.with(update.holder(), party -> party.hasNo(new ResourceId(self, missing)));
        }
        stock.freed(applied.freed());
        if (applied.outcome() == Outcome.DONE) {
            stock.held(update.holder(), update.held());
        }
        outbox.answer(update.holder(), applied.reply());
    }

    /** The owner could not find what this holder said that it holds: it must have let go of it since. */
    private void hasNo(ResourceId id) {
        world.check(
                !isValid() || rules.handles.count(id) == 0,
                Violation.Of.USE_AFTER_FREE,
                () -> self + " holds " + id + ", which was freed before it said so");
    }

    void onAcknowledged(Acknowledged ack) {
        if (!admits(ack.owner())) {
            return;
        }
        rules.on(ack);
        if (ack.fenced() && ack.holder().equals(self)) {
            world.reincarnate(this);
        } else {
            flushSoon();
            sendWhatMayLeave();
        }
    }

    void onParcel(Parcel parcel) {
        boolean anyway = rules.takesFromTheFenced();
        if (!checkLeases() || !(admits(parcel.sender) || anyway) || parcel.done) {
            return;
        }
        parcel.done = true;
        world.with(parcel.sender, sender -> sender.outbox.read(parcel));
        var dice = new SplittableRandom(parcel.dice);
        boolean unwanted = parcel.purpose == Purpose.GIVE && dice.nextInt(100) < 10;
        if (unwanted || !(reaches(parcel.sender) || anyway)) {
            note(() -> "refuses t" + parcel.transfer);
            rules.refused(parcel.sender, parcel.transfer);
        } else {
            read(parcel, dice);
        }
        flushSoon();
    }

    private void read(Parcel parcel, SplittableRandom dice) {
        note(() -> "reads t" + parcel.transfer);
        List<Name> taken = new ArrayList<>();
        for (List<Resource> copies : parcel.handles) {
            List<Resource> useful = copies.stream()
                    .filter(resource -> canTake(stock.resolve(resource).id.owner()))
                    .toList();
            if (!useful.isEmpty()) {
                Name name = new Name(useful.stream().map(stock::resolve).toList());
                name.copies.forEach(stock::open);
                taken.add(name);
            }
        }
        if (dice.nextInt(100) < 5) {
            flush();
        }
        rules.arrived(parcel.sender, parcel.transfer, parcel.ids());
        Resource subject = parcel.subject;
        for (Name name : taken) {
            Resource here = name.copies.getFirst();
            switch (parcel.purpose) {
                case GIVE -> {
                    if (dice.nextInt(100) < 70) {
                        program.take(name.copies, dice);
                    }
                }
                case MOVED -> stock.moved(Objects.requireNonNull(subject), here);
                case COPIED -> program.copied(Objects.requireNonNull(subject), here);
                case FORWARD -> program.swap(Objects.requireNonNull(subject), here);
                case CARRY_MOVE, CARRY_COPY -> throw new IllegalStateException(parcel + " names nothing");
            }
            name.copies.forEach(stock::close);
        }
        if (parcel.purpose == Purpose.CARRY_MOVE || parcel.purpose == Purpose.CARRY_COPY) {
            Purpose answer = parcel.purpose == Purpose.CARRY_MOVE ? Purpose.MOVED : Purpose.COPIED;
            post(stock.parcel(parcel.sender, answer, subject, List.of(List.of(stock.create())), parcel.dice));
        }
    }

    /** Evidence that another life is over. */
    void onEnd(ProcessRef other) {
        if (alive && buried.add(other)) {
            note(() -> "learns the end of " + other);
            stock.freed(rules.ended(other, clock()));
            lose(other);
        }
    }

    private void sendWhatMayLeave() {
        if (isValid()) { // else when it is again
            outbox.sendWhatMayLeave();
        }
    }

    private void lose(ProcessRef other) {
        ended.add(other);
        rules.ownerEnded(other);
        program.lose(other);
        stock.lose(other);
        outbox.giveUp(other::equals);
        peers.forget(other);
        sendWhatMayLeave();
        flushSoon();
    }

    boolean isSettled() {
        return world.living().stream()
                        .allMatch(other ->
                                rules.handles.unacknowledged(other.self).isEmpty())
                && rules.handles.waiting() == 0
                && !outbox.awaits(world::lives)
                && !flushing
                && !suspended;
    }
}
