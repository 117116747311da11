package dev.kiln.runner;

import dev.kiln.frame.FrameSpace;
import dev.kiln.frame.SpaceOptions;
import dev.kiln.gc.ProcessRef;
import dev.kiln.gc.Update;
import dev.kiln.runner.spi.RunnerExtension;
import dev.kiln.runner.wire.Link;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Answer;
import dev.kiln.runner.wire.Message.Ask;
import dev.kiln.runner.wire.Message.Cancel;
import dev.kiln.runner.wire.Message.CancelAsk;
import dev.kiln.runner.wire.Message.Ended;
import dev.kiln.runner.wire.Message.Execute;
import dev.kiln.runner.wire.Message.Gc;
import dev.kiln.runner.wire.Message.Heartbeat;
import dev.kiln.runner.wire.Message.Hello;
import dev.kiln.runner.wire.Message.PeerGone;
import dev.kiln.runner.wire.Message.Rejected;
import dev.kiln.runner.wire.Message.Retire;
import dev.kiln.runner.wire.Message.RetireAnswer;
import dev.kiln.runner.wire.Message.Returned;
import dev.kiln.runner.wire.Message.Settled;
import dev.kiln.runner.wire.Message.Shutdown;
import dev.kiln.runner.wire.Message.SlotFreed;
import dev.kiln.runner.wire.Message.Status;
import dev.kiln.runner.wire.Message.Threw;
import dev.kiln.runner.wire.Message.Unanswered;
import dev.kiln.runner.wire.Message.Welcome;
import dev.kiln.runner.wire.RunnerSettings;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A runner, whatever its process: it serves one caller over one link until it is told to end, has nothing to do and is told
 * to retire, or loses its caller.
 *
 * <p>Threads: {@link #received} and {@link #closed} are the link's; the books thread applies garbage-collection messages,
 * whose freeing may take long, and ticks; the clock's thread fires deadlines; closures have threads of their own.
 */
public final class RunnerNode implements Link.Listener {
    private static final System.Logger LOG = System.getLogger(RunnerNode.class.getName());
    private static final long LOOK_AGAIN_MILLIS = 10;

    private final RunnerSettings settings;
    private final Consumer<String> exit;
    private final RunnerExtension.Session extension;
    private final FrameSpace space;
    private final Questions questions;
    private final AnswerDesk desk;
    private final Executions executions;
    private final OutputWindow output;
    private final StrictSlots slots;
    private final MemoryWatch memory;
    private final StatusTeller statusTeller;
    private final Departure departure = new Departure();
    private final FrameMover mover;
    private final RunnerThreads threads;
    private final Runnable tick = this::tick;
    private final ScheduledExecutorService books;
    private final Link link;
    private final AtomicLong executesRead = new AtomicLong();
    private final AtomicReference<NodeState> state = new AtomicReference<>(NodeState.SERVING);
    private volatile boolean lostCaller;
    private final LinkWatch watch;
    private final Neighbours neighbours;
    private final RunnerPeers peers;
    private final Orphan orphan;
    private final IdleCollector idleCollector; // books thread only
    private final Set<ProcessRef> holders; // books thread only
    private long saidNanos = System.nanoTime(); // books thread only

    /**
     * Starts serving, in a process of its own.
     *
     * @param link the authenticated link to the caller; pass its messages to {@link #received}
     * @param exit called once, when the runner has ended: ends the process, or tells the in-process backend
     */
    public RunnerNode(RunnerSettings settings, Link link, Consumer<String> exit) {
        this(settings, link, exit, RunnerThreads.of(settings.self().name()), Neighbourhood.NONE);
    }

    /** @param neighbourhood the ways to other runners without the caller */
    RunnerNode(
            RunnerSettings settings,
            Link link,
            Consumer<String> exit,
            RunnerThreads threads,
            Neighbourhood neighbourhood) {
        this.settings = settings;
        // The caller from the start: a result may wait there unread for longer than a lease before it says that it
        // holds.
        this.holders = new HashSet<>(Set.of(settings.caller()));
        this.link = link;
        this.exit = exit;
        this.watch = new LinkWatch(settings, "the caller", link, this::callerLost);
        String id = settings.self().name();
        this.questions = new Questions(settings.self());
        this.extension = RunnerExtension.find().open(new ExtensionSide(settings, link, this::space, this::objects));
        this.neighbours = new Neighbours(settings, neighbourhood, link, questions, this::received, this::neighbourLost);
        this.peers = new RunnerPeers(link, questions, settings.caller(), neighbours, threads, this::worksUnlinked);
        this.space = FrameSpace.open(
                settings.self(),
                peers,
                new SpaceOptions(settings.placeFrames(), settings.sharedMemory(), settings.lease())
                        .withOperands(settings.operands())
                        .withCollectWhenAsked(settings.memory().collectWhenAsked())
                        .withTraceFrames(settings.traceFrames())
                        .withSubstitution(extension.substitution()));
        this.orphan = new Orphan(space, neighbours, settings.caller());
        this.mover = new FrameMover(
                space, id, left -> link.send(new Message.FramesStranded(left.count(), left.bytes(), left.reason())));
        this.threads = threads;
        this.books = threads.books();
        this.idleCollector = new IdleCollector(threads::collectGarbage);
        this.memory = new MemoryWatch(settings, link, !threads.shared());
        this.statusTeller = new StatusTeller(space, memory, link);
        this.slots = new StrictSlots(settings.strictSlots(), space);
        this.desk = new AnswerDesk(space, id, statusTeller::tellResidents);
        this.output = new OutputWindow(link, ProcessOutput.process());
        var calls = CallThreads.open(settings.virtualThreads(), id, threads.calls());
        this.executions = new Executions(
                space, context(), settings.grace(), threads.clock(), slots, statusTeller, output, calls, extension);
        threads.joined(tick);
    }

    private FrameSpace space() {
        return space;
    }

    private ObjectHost objects() {
        return executions.objects();
    }

    /** What code on this runner sees outside of calls. */
    RunnerContext context() {
        return new IdleContext(
                settings.self().name(), settings.pool(), settings.caller().name());
    }

    @Override
    public void received(Link from, Message message) {
        switch (message) {
            case Execute work -> {
                executions.begin(link, work);
                executesRead.incrementAndGet(); // after: once it is counted, it runs or is answered
            }
            case Cancel cancel -> executions.cancel(link, new ExecutionId(cancel.call(), cancel.attempt()));
            case Ask ask -> desk.take(ask, from::send);
            case CancelAsk cancel -> desk.cancel(cancel);
            case Answer answer -> receive(answer);
            case Unanswered unanswered -> questions.unanswered(unanswered);
            case Gc gc ->
                onBooks(() -> {
                    if (gc.message() instanceof Update update) {
                        holders.add(update.holder());
                    }
                    space.on(gc.message());
                    tellStatus();
                });
            case PeerGone gone ->
                onBooks(() -> {
                    holders.remove(gone.peer());
                    peers.gone(gone.peer());
                    neighbours.gone(gone.peer(), gone.cause());
                    space.gone(gone.peer(), new PeerLost(gone.cause()));
                    questions.gone(gone.peer(), gone.cause()); // after: whoever waited finds the frame lost
                });
            case Heartbeat _ -> {} // heard, like all that the link receives
            case Retire retire -> executions.onCallThread(() -> retire(retire));
            case Shutdown shutdown -> {
                move(NodeState.LEAVING);
                executions.stopTaking();
                mover.begin(shutdown.successors());
                end(
                        Duration.ofMillis(shutdown.drainMillis()),
                        "told to end",
                        // Large messages are overtaken: what was sent before this may still be on its way.
                        () -> executesRead.get() >= shutdown.executions()
                                && executions.quiet()
                                && mover.done()
                                && link.flushed());
            }
            case Message.Release release ->
                release.calls()
                        .forEach(call -> executions.objects().release(call, () -> link.send(new SlotFreed(call))));
            case Message.OutputTaken taken -> output.taken(taken.amount());
            case Settled settled -> extension.settled(settled);
            case Message.Expect visit -> neighbours.expect(visit);
            case Message.Meet where -> neighbours.meet(where);
            case Hello _,
                    Message.Introduce _,
                    Message.Visit _,
                    Message.Admitted _,
                    Message.Resume _,
                    Message.Resumed _,
                    Message.Submit _,
                    Message.Withdraw _,
                    Message.Lend _,
                    Message.EndBatch _,
                    Message.BatchProgress _,
                    Message.Output _,
                    Welcome _,
                    Rejected _,
                    Returned _,
                    Threw _,
                    Ended _,
                    SlotFreed _,
                    Message.FramesStranded _,
                    Status _,
                    RetireAnswer _ -> {
                LOG.log(System.Logger.Level.ERROR, "closing the link: a caller does not send {0}", message);
                from.close();
            }
        }
    }

    private void receive(Answer answer) {
        if (!questions.answered(answer)) {
            onBooks(() -> space.refuse(answer.reply().toArray(), answer.from()));
        }
    }

    @Override
    public void resumed(Link from) {
        watch.resumed();
    }

    /** The link is closed for good: the caller does not want it, or has forgotten it. */
    @Override
    public void closed(Link from, String reason) {
        callerLost("the link to the caller is closed: " + reason);
    }

    /**
     * The caller is gone, by evidence or since the lease is over: linked work ends at once, unlinked work has the shutdown
     * timeout. Under this incarnation the runner never comes back. Any thread.
     */
    void callerLost(String reason) {
        if (!move(NodeState.ORPHANED)) {
            return;
        }
        lostCaller = true;
        executions.stopTaking();
        executions.interruptLinked(link);
        neighbours.leftAlone(); // before questions are ended: those that can be asked elsewhere are
        link.close(); // fenced: a caller that comes back is refused what it was told to have lost
        questions.cut(link, reason);
        onBooks(() -> orphan.begin(reason, System.nanoTime()));
        end(settings.shutdownTimeout(), reason, () -> !worksUnlinked() && !orphan.isNeeded());
    }

    private boolean worksUnlinked() {
        return executions.anyUnlinked();
    }

    /** Without the caller there is no other way to that runner. Any thread. */
    private void neighbourLost(ProcessRef peer, String reason) {
        onBooks(() -> orphan.lost(peer, reason));
    }

    /** Moves on, unless the state is that one already or later: whoever comes second comes too late. */
    private boolean move(NodeState next) {
        NodeState before = state.getAndUpdate(now -> next.maySucceed(now) ? next : now);
        return next.maySucceed(before);
    }

    NodeState state() {
        return state.get();
    }

    /** Ends at once, whatever runs. Any thread. */
    public void stop(String reason) {
        end(Duration.ZERO, reason, () -> true);
    }

    /** Whether it ends, or has ended, because its caller was lost. */
    boolean lostCaller() {
        return lostCaller;
    }

    private void retire(Retire retire) {
        boolean goes = IdleCheck.allows(retire.check(), space, settings.caller())
                && space.residentCount() == 0
                && extension.idle()
                && executions.stopTakingIfIdle();
        link.send(new RetireAnswer(goes));
        if (goes) {
            move(NodeState.LEAVING);
            end(settings.lease(), "retired", link::flushed); // longer than a lost connection may take to come back
        }
    }

    private void end(Duration atMost, String reason, BooleanSupplier idle) {
        departure.begin(System.nanoTime() + atMost.toNanos(), reason, idle);
        onBooks(this::lookWhetherToEnd);
    }

    /** Books thread; from when an end is planned until it has come. */
    private void lookWhetherToEnd() {
        endIfDue();
        if (state.get() != NodeState.OVER) {
            Future<?> _ = books.schedule(this::lookWhetherToEnd, LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void onBooks(Runnable task) {
        try {
            books.execute(() -> {
                if (state.get() != NodeState.OVER) {
                    task.run();
                }
            });
        } catch (RejectedExecutionException e) {
            // It is over: nobody needs the books any more.
        }
    }

    private void tick() {
        try {
            long now = System.nanoTime();
            space.tick();
            memory.tick(holders);
            slots.sweep(call -> link.send(new SlotFreed(call)));
            tellStatus();
            peers.stayInTouch();
            neighbours.look(now);
            orphan.look(now);
            if (now - saidNanos >= settings.heartbeat().toNanos()) {
                // The caller watches over all its runners and tells when one has ended: its own sign of life is theirs
                // too.
                if (link.heardNanos() - saidNanos > 0) {
                    holders.forEach(space::heard);
                }
                neighbours.heardSince(saidNanos).forEach(space::heard);
                saidNanos = now;
                link.beat(now);
                neighbours.beat(now);
            }
            watch.look(now);
            idleCollector.look(executions.begun(), executions.active(), space.heldElsewhere(), space.leftCount(), now);
            endIfDue();
        } catch (RuntimeException | Error e) { // what throws out of here is not scheduled again
            LOG.log(System.Logger.Level.ERROR, "a tick of the runner failed; the next one tries again", e);
        }
    }

    private void tellStatus() {
        statusTeller.tell(executions.active());
    }

    /** Books thread. */
    private void endIfDue() {
        @Nullable String reason = departure.due(System.nanoTime());
        if (reason != null && move(NodeState.OVER)) {
            try {
                link.close(); // first: what an interrupted closure makes of its end is no outcome of its call
                executions.close();
                mover.close();
                extension.close(reason);
                desk.close();
                neighbours.close();
                space.close(new PeerLost("the runner " + settings.self().name() + " has ended: " + reason));
                memory.close();
                threads.left(tick);
            } finally {
                exit.accept(reason); // else a pool would wait for its end for ever
            }
        }
    }
}
