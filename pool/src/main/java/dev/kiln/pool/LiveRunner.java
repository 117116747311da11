package dev.kiln.pool;

import dev.kiln.gc.ProcessRef;
import dev.kiln.pool.spi.Machine;
import dev.kiln.runner.RunnerExit;
import dev.kiln.runner.wire.Link;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Cancel;
import dev.kiln.runner.wire.Message.Execute;
import dev.kiln.runner.wire.Message.Hello;
import dev.kiln.runner.wire.Message.Output;
import dev.kiln.runner.wire.Message.OutputTaken;
import dev.kiln.runner.wire.Message.Shutdown;
import dev.kiln.runner.wire.Message.Status;
import dev.kiln.runner.wire.Session;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What there is of one runner on this side: its machine, its link, what it last said. Any thread. */
final class LiveRunner {
    private static final long DRAIN_LINK_MILLIS = 500;
    private static final Duration KILL_PATIENCE = Duration.ofSeconds(2);

    private final ProcessRef ref;
    private final byte[] token;
    private final byte[] proof;
    private final byte[] session;
    private final Instant startedAt = Instant.now();
    /** Done while there is no connection: what the last one brought has been read. */
    private volatile CompletableFuture<Void> linkRead = new CompletableFuture<>();

    private final CompletableFuture<RunnerExit> ended = new CompletableFuture<>();
    private final CompletableFuture<@Nullable BootFailed> arrival = new CompletableFuture<>();
    private final AtomicBoolean claimed = new AtomicBoolean();
    private final Map<Long, Integer> attempts = new ConcurrentHashMap<>();
    private long executions; // how many were sent; owner's thread only
    private volatile @Nullable Machine machine;
    private volatile @Nullable Session link;
    private volatile @Nullable String interruptedBecause;
    private volatile @Nullable Hello hello;
    private volatile Status status = Status.none();
    private volatile @Nullable RunnerExit killedBecause;
    private volatile boolean toldToEnd;
    private boolean givenUp; // the chores' thread only
    private final LastWords printed = new LastWords();
    private long toConfirm; // the thread of the output's log only

    LiveRunner(ProcessRef ref, byte[] token, byte[] proof, byte[] session) {
        this.ref = ref;
        this.token = token;
        this.proof = proof;
        this.session = session;
    }

    String id() {
        return ref.name();
    }

    ProcessRef ref() {
        return ref;
    }

    byte[] token() {
        return token;
    }

    byte[] proof() {
        return proof;
    }

    /** By which it takes its session up again on another connection. */
    byte[] session() {
        return session;
    }

    /** Whether this was the first to show the token: it is taken once. */
    boolean claim() {
        return claimed.compareAndSet(false, true);
    }

    /** The backend has started it. If it was to be killed meanwhile, it is killed now. */
    void runsOn(Machine started) {
        machine = started;
        CompletionStage<?> _ = started.ended()
                .whenComplete((how, never) -> machineEnded(how == null ? RunnerExit.unknown("it ended") : how));
        if (killedBecause != null) {
            started.kill();
        }
    }

    private void machineEnded(RunnerExit how) {
        // What a process wrote before it died is still in its connection: read to its end first, so that a result that
        // it sent counts. The connection of a dead process ends at once; the limit is for a machine that took its
        // network along. One that was still on its way here does not count: whoever is dead makes no other.
        CompletableFuture<Void> read = link == null ? CompletableFuture.completedFuture(null) : linkRead;
        CompletableFuture<?> _ = read.completeOnTimeout(null, DRAIN_LINK_MILLIS, TimeUnit.MILLISECONDS)
                .thenRun(() -> {
                    ended.complete(explained(how));
                    arrival.complete(null);
                });
    }

    /** How it ended by what is known on this side: a kill, or an end that looks regular, may have been the pool's doing. */
    private RunnerExit explained(RunnerExit machines) {
        RunnerExit how = LastWords.remember(machines.after(printed.lines()), printed.survived());
        RunnerExit why = killedBecause;
        boolean killed = how.kind() == RunnerExit.Kind.SIGNAL || how.kind() == RunnerExit.Kind.UNKNOWN;
        if (why != null && killed) {
            return how.as(why.kind(), why.description() + " (" + how.description() + ")");
        }
        return toldToEnd && how.kind() == RunnerExit.Kind.EXIT_CODE && how.status() == 0
                ? how.as(RunnerExit.Kind.ENDED_BY_POOL, "its pool told it to end")
                : how;
    }

    /** Tells, once, that the runner has ended and how: on evidence of death, after its link was read to the end. */
    void whenEnded(Consumer<RunnerExit> listener) {
        CompletableFuture<?> _ = ended.thenAccept(listener);
    }

    /** The runner has proved who it is. */
    void greeted(Session over, Hello greeting) {
        hello = greeting;
        link = over;
        arrival.complete(null);
    }

    /** It came, and is no use. */
    void refused(BootFailed why) {
        arrival.complete(why);
    }

    boolean hasGreeted() {
        return hello != null;
    }

    /** Completes when it has greeted or ended, with null, or was refused. */
    CompletableFuture<@Nullable BootFailed> arrival() {
        return arrival;
    }

    /** Its connection is lost. No evidence of death: work can be sent to it as before, and waits. */
    void interrupted(String reason) {
        interruptedBecause = reason;
        linkRead.complete(null);
    }

    /** It has made another connection. */
    void resumed() {
        interruptedBecause = null;
        linkRead = new CompletableFuture<>();
    }

    /** Its session, if it is the one that is meant and is not given up. */
    @Nullable
    Session resumable(ProcessRef who) {
        return ref.equals(who) && killedBecause == null ? link : null;
    }

    /**
     * Tells it that this side lives. The chores' thread.
     *
     * @return whether something was heard of it since {@code sinceNanos}
     */
    boolean beat(long sinceNanos, long nowNanos) {
        Session to = link;
        if (to == null) {
            return false;
        }
        to.beat(nowNanos);
        return to.heardNanos() - sinceNanos > 0;
    }

    /**
     * Gives it up if nothing was heard of it for longer than the lease. By its own count, which begins earlier and is
     * shorter, it has treated this side as lost before, and ended all linked work.
     */
    void watch(long nowNanos, Duration lease) {
        Session to = link;
        if (to == null || givenUp || nowNanos - to.heardNanos() <= lease.toNanos()) {
            return; // before its greeting, it has another limit
        }
        String reason = interruptedBecause;
        String why = "nothing was heard of it for longer than its lease of " + lease
                + (reason == null ? "" : "; its connection was lost: " + reason);
        givenUp = true;
        if (killedBecause == null) { // else that was tried before: the network may have kept it from arriving
            unreachable(why);
        }
        // Whether the kill arrives on the other side of a lost network may never be known.
        CompletableFuture.delayedExecutor(KILL_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .execute(() -> ended.complete(RunnerExit.because(RunnerExit.Kind.LOST_NETWORK, why)));
    }

    void send(Message message) {
        if (message instanceof Shutdown) {
            toldToEnd = true;
        }
        Link to = link;
        if (to != null) {
            to.send(message);
        }
    }

    /** Sends an execution of a call. Owner's thread. */
    void execute(Execute work) {
        executions++;
        attempts.put(work.call(), work.attempt());
        send(work);
    }

    /**
     * Tells it to finish what it was sent within that time, then to end.
     *
     * @param successors who may be asked to keep what others hold there, best first. Owner's thread
     */
    void stop(long drainMillis, List<ProcessRef> successors) {
        send(new Shutdown(drainMillis, executions, successors));
    }

    /** Tells that the call's execution there is no longer wanted, unless it is over. */
    void cancel(long call) {
        Integer attempt = attempts.get(call);
        if (attempt != null) {
            send(new Cancel(call, attempt));
        }
    }

    /** Whether this execution was sent there and is not known to have ended. */
    boolean runs(long call, int attempt) {
        Integer sent = attempts.get(call);
        return sent != null && sent == attempt;
    }

    /** The execution has ended; false if it is none that was sent there and is not known to have ended. */
    boolean over(long call, int attempt) {
        return attempts.remove(call, attempt);
    }

    /** Ends it at once; {@code why} becomes part of how it ended. */
    void kill(String why) {
        kill(RunnerExit.because(RunnerExit.Kind.ENDED_BY_POOL, why));
    }

    /** Ends it at once, since it cannot be reached. */
    void unreachable(String why) {
        kill(RunnerExit.because(RunnerExit.Kind.LOST_NETWORK, why));
    }

    private void kill(RunnerExit why) {
        killedBecause = why;
        Machine on = machine;
        if (on != null) {
            on.kill();
        }
    }

    void close() {
        Link to = link;
        if (to != null) {
            to.close();
        }
    }

    /** One of its calls has printed a line. */
    void printed(Output output) {
        printed.add(output.line());
    }

    /** The line is logged: from time to time the runner is told, and may send as much again. */
    void logged(Output output) {
        toConfirm += output.cost();
        if (toConfirm >= Output.WINDOW / 4) {
            send(new OutputTaken(toConfirm));
            toConfirm = 0;
        }
    }

    void status(Status said) {
        status = said;
    }

    /** What it last said. */
    Status status() {
        return status;
    }

    RunnerInfo info(RunnerState state, int activeCalls, int placedObjects) {
        Hello said = hello;
        Status last = status;
        return new RunnerInfo(
                id(),
                said == null ? OptionalLong.empty() : OptionalLong.of(said.pid()),
                state,
                activeCalls,
                placedObjects,
                last.residentCount(),
                last.residentBytes(),
                said == null ? "" : said.host(),
                startedAt);
    }
}
