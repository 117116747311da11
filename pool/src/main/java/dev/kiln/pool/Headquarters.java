package dev.kiln.pool;

import dev.kiln.frame.Frame;
import dev.kiln.frame.FrameInfo;
import dev.kiln.frame.FrameSpace;
import dev.kiln.frame.MemoryBudget;
import dev.kiln.frame.SpaceOptions;
import dev.kiln.gc.ProcessRef;
import dev.kiln.pool.spi.Backend;
import dev.kiln.pool.spi.BootProblem;
import dev.kiln.runner.AnswerDesk;
import dev.kiln.runner.Questions;
import dev.kiln.runner.wire.RunnerSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Puts a pool's parts together and takes them apart: books and their owner, runners, calls, frames, backend. Threads: the
 * owner's, one for chores (ticks, garbage-collection messages), one for deadlines, those that wait for backends, and the
 * links'; closures of the user run on none of them.
 */
final class Headquarters implements CallerSide {
    private static final System.Logger LOG = System.getLogger(Pool.class.getName());
    /** What the caller's name as a party has after the pool's. */
    static final String CALLER = "-caller";

    private static final Duration TICK = Duration.ofMillis(100);
    private static final int HEARTBEATS_PER_LEASE = 10;
    private static final Duration GRACE = Duration.ofSeconds(1);

    private final PoolOptions options;
    private final Backend backend;
    private final Duration lease;
    private final Runnable forget;
    private final LiveRunners runners = new LiveRunners();
    private final OpenCalls calls = new OpenCalls();
    private final FrameSpace space;
    private final FrameListing frames;
    private final Questions questions;
    private final AnswerDesk answers;
    private final ScheduledThreadPoolExecutor chores;
    private final ScheduledThreadPoolExecutor clock;
    private final Herald herald;
    private final PoolOwner owner;
    private final OutputLog output;
    private final Reception reception;
    private final CallDesk desk;
    private final PlacedObjects objects;
    private final NestedRelay nested;
    private final Pool pool;
    private final CompletableFuture<Void> opened = new CompletableFuture<>();
    private final CompletableFuture<Void> allGone = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private @Nullable SessionDoor door; // guarded by this: nobody needs one until he asks
    private volatile boolean servedByBackend;
    private long saidNanos = System.nanoTime(); // chores thread only

    private Headquarters(PoolOptions options, Backend backend, Runnable forget) {
        this.options = options;
        this.backend = backend;
        this.lease = backend.lease();
        this.forget = forget;
        var self = new ProcessRef(options.name() + CALLER, System.currentTimeMillis());
        this.questions = new Questions(self);
        this.space = FrameSpace.open(
                self,
                new PoolPeers(runners, questions, options.timeout(), this::hosts),
                new SpaceOptions(options.placeFrames(), backend.sharesMemory(), lease)
                        .withOperands(options.operands())
                        .withCollectWhenAsked(options.memory().collectWhenAsked())
                        .withTraceFrames(options.traceFrames())
                        .withSubstitution(new PoolStands(
                                options.name(), this::space, this::pool, this::object, BatchBook::openOne)));
        this.frames = new FrameListing(options.name(), options.traceFrames(), space, runners);
        this.answers = new AnswerDesk(space, options.name(), () -> {});
        this.chores = daemon("kiln-chores-" + options.name());
        this.clock = daemon("kiln-clock-" + options.name());
        this.herald = new Herald(options.name(), options.listener());
        this.output = new OutputLog(options.name());
        var path = new PoolPath(options, space, calls, runners, clock, output, this::tell, closing::get, herald);
        this.objects = path.objects();
        this.desk = new CallDesk(path);
        var books = new Books(options, RandomGenerator.getDefault(), System.nanoTime());
        this.nested = new NestedRelay(options, space, runners, calls, path, this::tell);
        this.pool = new Pool(this);
        var boots = new BootDesk(options, backend, runners, clock, closing::get, this::tell);
        PoolHands hands;
        try {
            hands = new PoolHands(
                    options,
                    boots,
                    herald,
                    space,
                    runners,
                    calls,
                    nested,
                    questions,
                    clock,
                    GRACE,
                    closing::get,
                    this::tell);
        } catch (RuntimeException | Error e) { // an idle check that cannot cross
            herald.close();
            output.close();
            space.close(new PoolClosed("pool " + options.name() + " was not opened"));
            throw e;
        }
        this.owner = new PoolOwner("kiln-pool-" + options.name(), books, effect -> {
            switch (effect) {
                case BookEffect.Opened _ -> opened.complete(null);
                case BookEffect.OpenFailed e -> opened.completeExceptionally(e.cause());
                case BookEffect.AllGone _ -> allGone.complete(null);
                case BookEffect.Stop e -> {
                    objects.leaving(e.runner());
                    hands.stop(e, closing.get() ? List.of() : Hosts.of(books.crew(), runners));
                }
                default -> hands.carryOut(effect);
            }
        });
        var switchboard = new Switchboard(
                options, space, questions, answers, runners, calls, nested, chores, output, herald, this::tell);
        this.reception =
                new Reception(runners, this::settingsOf, this::tell, runner -> new RunnerPort(switchboard, runner));
    }

    private static ScheduledThreadPoolExecutor daemon(String name) {
        var executor = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name(name).factory());
        executor.setRemoveOnCancelPolicy(true);
        // What is still to come when the pool is closed is about runners that are gone then: nobody waits for it.
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return executor;
    }

    /** Opens a pool and waits for its first runners; leaves nothing behind if one does not come up. */
    static Headquarters open(PoolOptions options, Backend backend, Runnable forget) {
        options.memory().warnIfDeaf();
        if (backend.sharesMemory()) {
            options.memory().check(); // its runners are on this machine
        }
        var headquarters = new Headquarters(options, backend, forget);
        try {
            headquarters.start();
        } catch (RuntimeException | Error e) {
            headquarters.close();
            throw e;
        }
        return headquarters;
    }

    private void start() {
        Future<?> _ =
                chores.scheduleWithFixedDelay(this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
        try {
            backend.open(options.name(), reception);
            servedByBackend = true;
        } catch (BootProblem e) {
            tell(new BookEvent.Closing()); // the first that the books hear: they ask for no runner
            throw new BootFailed(
                    "pool " + options.name() + " cannot start runners (" + backend.name() + "): " + e.getMessage(),
                    e.permanent(),
                    e);
        } finally {
            owner.start();
        }
        tell(new BookEvent.Tick());
        try {
            opened.get();
        } catch (ExecutionException e) {
            BootFailed cause = (BootFailed) Objects.requireNonNull(e.getCause());
            throw new BootFailed(
                    "pool " + options.name() + " was not opened, since one of its first " + options.min()
                            + " runners did not come up: " + cause.getMessage(),
                    cause.permanent(),
                    cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BootFailed("opening pool " + options.name() + " was interrupted", false, e);
        }
    }

    private Object object(ObjectStand stand) {
        return objects.find(stand);
    }

    private RunnerSettings settingsOf(ProcessRef runner) {
        return new RunnerSettings(
                options.name(),
                space.self(),
                runner,
                lease,
                lease.dividedBy(HEARTBEATS_PER_LEASE),
                GRACE,
                options.shutdownTimeout(),
                options.placeFrames(),
                backend.sharesMemory(),
                options.strictSlots(),
                options.virtualThreads(),
                options.memory(),
                options.operands(),
                options.traceFrames());
    }

    /** The runners that may be asked to keep copies of data, best first. */
    private List<ProcessRef> hosts() {
        return owner.read(books -> Hosts.of(books.crew(), runners));
    }

    @Override
    public Frame broadcast(Frame frame, int copies) {
        if (copies == 0 && hosts().isEmpty()) {
            Object _ = desk.call(() -> null, CallOptions.DEFAULT); // the first runner comes up
        }
        List<ProcessRef> hosts = hosts();
        return space.broadcast(frame, hosts, copies == 0 ? Math.max(1, hosts.size()) : copies);
    }

    private FrameSpace space() {
        return space;
    }

    /** The pool that this stands behind. */
    Pool pool() {
        return pool;
    }

    @Override
    public String name() {
        return options.name();
    }

    @Override
    public CallDesk desk() {
        return desk;
    }

    @Override
    public void resize(int min, int max) {
        tell(new BookEvent.Resized(min, max));
    }

    void tell(BookEvent event) {
        if (event instanceof BookEvent.Died died) {
            // Before the calls there fail, so that the next use of an object finds it gone; made again only afterwards.
            Runnable makeAgain = objects.gone(died.runner(), died.how());
            owner.tell(event);
            makeAgain.run();
        } else {
            owner.tell(event);
        }
    }

    private void tick() {
        try {
            long now = System.nanoTime();
            space.tick();
            reception.closeSilent(now);
            boolean beat = now - saidNanos >= lease.toNanos() / HEARTBEATS_PER_LEASE;
            long before = saidNanos;
            saidNanos = beat ? now : before;
            for (LiveRunner runner : runners.all()) {
                if (beat && runner.beat(before, now)) {
                    space.heard(runner.ref());
                }
                runner.watch(now, lease);
            }
        } catch (RuntimeException | Error e) { // what throws out of here is not scheduled again
            LOG.log(System.Logger.Level.ERROR, "a tick of pool " + options.name() + " failed; the next tries again", e);
        }
    }

    @Override
    public List<RunnerInfo> runners() {
        Map<String, Integer> placed = objects.countByRunner();
        return owner.read(books -> {
            List<RunnerInfo> infos = new ArrayList<>();
            for (CrewMember member : books.crew().all()) {
                LiveRunner live = runners.find(member.id());
                if (live != null) {
                    infos.add(live.info(member.state(), member.activeCalls(), placed.getOrDefault(member.id(), 0)));
                }
            }
            return List.copyOf(infos);
        });
    }

    @Override
    public PoolStats stats() {
        return owner.read(books -> books.stats(System.nanoTime(), calls.returned(), calls.failed()));
    }

    @Override
    public List<FrameInfo> frames() {
        return frames.all();
    }

    @Override
    public synchronized String session() {
        if (closing.get()) {
            throw new PoolClosed("pool " + options.name() + " is closed, and has no session any more");
        }
        if (door == null) {
            door = SessionDoor.open(options.name());
        }
        return door.address();
    }

    /** Nobody can come any more: whoever asks for the session from now on finds that the pool closes. */
    private synchronized void closeDoor() {
        if (door != null) {
            door.close();
        }
    }

    /** Closes, or waits for another thread that does. Interruption does not cut it short; the flag is set again. */
    @Override
    public void close() {
        PoolOwner.mayWait("close a pool");
        if (closing.compareAndSet(false, true)) {
            try {
                tellOfForgotten();
                tell(new BookEvent.Closing());
                allGone.join();
                takeApart();
            } finally {
                closed.complete(null);
            }
        } else {
            closed.join();
        }
    }

    private void tellOfForgotten() {
        if (!options.traceFrames() && options.listener() == null) {
            return; // nobody wants to know, and a collection of a large heap takes its time
        }
        List<FrameInfo> forgotten = frames.forgotten();
        if (!forgotten.isEmpty()) {
            herald.framesLeaked(forgotten);
        }
    }

    private void takeApart() {
        String reason = "pool " + options.name() + " is closed";
        var why = new PoolClosed(reason);
        calls.failAll(why);
        questions.goneAll(reason);
        clock.shutdownNow();
        if (servedByBackend) { // one that refused may serve another pool, which is to go on
            backend.close();
        }
        closeDoor();
        answers.close();
        space.close(why);
        output.close();
        owner.stop();
        herald.close();
        chores.close();
        clock.close();
        if (backend.sharesMemory()) {
            MemoryBudget.sweep(options.memory());
        }
        forget.run();
    }
}
