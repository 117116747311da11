package dev.kiln.pool;

import dev.kiln.frame.MemoryLimits;
import dev.kiln.frame.OperandPolicy;
import dev.kiln.pool.spi.Backend;
import dev.kiln.runner.RemoteCallable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The options of a pool; all are checked by {@link #open}. A builder serves one thread.
 *
 * <pre>{@code
 * Pool pool = Pool.named("media").max(10).maxConcurrency(4).open();
 * }</pre>
 */
public final class PoolBuilder {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,39}");

    private static final Duration LONGEST = Duration.ofDays(3650);

    private final String name;
    private int min;
    private int max = Runtime.getRuntime().availableProcessors();
    private boolean maxWasSet;
    private int maxConcurrency = 100;
    private boolean singleUse;
    private boolean strictSlots;
    private boolean placeFrames = true;
    private boolean traceFrames;
    private OperandPolicy operands = OperandPolicy.SMALLER_MOVES;
    private Backend backend = Backends.localProcesses();
    private Duration timeout = Duration.ofSeconds(30);
    private Duration bootTimeout = Duration.ofSeconds(30);
    private @Nullable Duration queueTimeout;
    private Duration shutdownTimeout = Duration.ofSeconds(30);
    private Duration idleShutdownAfter = Duration.ofSeconds(30);
    private @Nullable RemoteCallable<Boolean> idleCheck;
    private @Nullable Duration minIdleShutdownAfter;
    private int maxQueue = 10_000;
    private int warmSpare;
    private Dispatch dispatch = Dispatch.leastLoaded();
    private Scaling scaling = Scaling.onDemand();
    private @Nullable PoolListener listener;
    private @Nullable Long memoryBudget;
    private double spillAt = MemoryLimits.SPILL_AT;
    private double pauseAt = MemoryLimits.PAUSE_AT;
    private String spillDirectory = "";
    private boolean collectWhenAsked = true;
    private ClosureThreads threads = ClosureThreads.PLATFORM;
    private List<String> jvmOptions = List.of();
    private Map<String, String> env = Map.of();

    PoolBuilder(String name) {
        this.name = Objects.requireNonNull(name, "name");
    }

    /** Runners that are up before {@link #open} returns and are kept. At least 0; default 0. */
    public PoolBuilder min(int runners) {
        min = runners;
        return this;
    }

    /** The most runners that may exist at once. At least 1 and min; default: this machine's processors, or min if that is more. */
    public PoolBuilder max(int runners) {
        max = runners;
        maxWasSet = true;
        return this;
    }

    /** Compute slots of a runner: how many calls it runs at once. At least 1; default 100. */
    public PoolBuilder maxConcurrency(int calls) {
        maxConcurrency = calls;
        return this;
    }

    /** Whether a runner takes one call and goes after it, once what it returned is released. Default false. */
    public PoolBuilder singleUse(boolean on) {
        singleUse = on;
        return this;
    }

    /** Whether all data that a call left on its runner keeps that call's slot until it is released. Default false. */
    public PoolBuilder strictSlots(boolean on) {
        strictSlots = on;
        return this;
    }

    /** Whether frames in results stay on their runner; if not, they come home by value. Default true. */
    public PoolBuilder placeFrames(boolean on) {
        placeFrames = on;
        return this;
    }

    /**
     * Whether {@link Pool#frames} tells where in the code a frame was made, and the pool names in the log, when it is closed, what
     * this process still can reach and has not released. Costs a look at the stack for each frame and, at the close, a run of the
     * garbage collector. Default false.
     */
    public PoolBuilder traceFrames(boolean on) {
        traceFrames = on;
        return this;
    }

    /** Where an operation on frames of several runners runs. Default {@link OperandPolicy#SMALLER_MOVES}. */
    public PoolBuilder operands(OperandPolicy policy) {
        operands = Objects.requireNonNull(policy, "operands");
        return this;
    }

    /** How runners are started. Default {@link Backends#localProcesses()}. A backend serves one pool. */
    public PoolBuilder backend(Backend other) {
        backend = Objects.requireNonNull(other, "backend");
        return this;
    }

    /** How long a call may run. Default 30 s. */
    public PoolBuilder timeout(Duration limit) {
        timeout = Objects.requireNonNull(limit, "timeout");
        return this;
    }

    /** How long a runner may take from being asked for to its greeting. Default 30 s. */
    public PoolBuilder bootTimeout(Duration limit) {
        bootTimeout = Objects.requireNonNull(limit, "bootTimeout");
        return this;
    }

    /** How long a call may wait for a slot. Default: bootTimeout. */
    public PoolBuilder queueTimeout(Duration limit) {
        queueTimeout = Objects.requireNonNull(limit, "queueTimeout");
        return this;
    }

    /** How long running calls may go on when the pool closes or their runner retires. Zero or more; default 30 s. */
    public PoolBuilder shutdownTimeout(Duration limit) {
        shutdownTimeout = Objects.requireNonNull(limit, "shutdownTimeout");
        return this;
    }

    /** A runner above min without calls and without data that somebody holds goes after this. Default 30 s. */
    public PoolBuilder idleShutdownAfter(Duration idle) {
        idleShutdownAfter = Objects.requireNonNull(idle, "idleShutdownAfter");
        idleCheck = null;
        return this;
    }

    /** The same, if the check, which runs on the runner, says true; otherwise it is asked again after another such time. */
    public PoolBuilder idleShutdownAfter(Duration idle, RemoteCallable<Boolean> mayGo) {
        idleShutdownAfter = Objects.requireNonNull(idle, "idleShutdownAfter");
        idleCheck = Objects.requireNonNull(mayGo, "mayGo");
        return this;
    }

    /** The same for the last min runners. Default: never. */
    public PoolBuilder minIdleShutdownAfter(Duration idle) {
        minIdleShutdownAfter = Objects.requireNonNull(idle, "minIdleShutdownAfter");
        return this;
    }

    /** How many calls may wait; one more is refused with {@link PoolSaturated}. At least 1; default 10,000. */
    public PoolBuilder maxQueue(int calls) {
        maxQueue = calls;
        return this;
    }

    /** Options for the runners' JVMs, after those that they inherit. Default none. */
    public PoolBuilder jvmOptions(List<String> options) {
        jvmOptions = List.copyOf(options);
        return this;
    }

    /** Environment variables for the runners, over those that they inherit. Default none. */
    public PoolBuilder env(Map<String, String> variables) {
        env = Map.copyOf(variables);
        return this;
    }

    /** Free slots to be kept ready ahead of demand, as far as max allows. At least 0; default 0. */
    public PoolBuilder warmSpare(int slots) {
        warmSpare = slots;
        return this;
    }

    /** How many runners are started, and when. Default {@link Scaling#onDemand()}. */
    public PoolBuilder scaling(Scaling policy) {
        scaling = Objects.requireNonNull(policy, "scaling");
        return this;
    }

    /** Which runner gets a call. Default {@link Dispatch#leastLoaded()}. */
    public PoolBuilder dispatch(Dispatch policy) {
        dispatch = Objects.requireNonNull(policy, "dispatch");
        return this;
    }

    /** Who is told what happens in the pool. Default none. */
    public PoolBuilder listener(PoolListener other) {
        listener = Objects.requireNonNull(other, "listener");
        return this;
    }

    /** Not available yet; only {@code false}. */
    public PoolBuilder codeSync(boolean on) {
        return on ? notYet("codeSync", true) : this;
    }

    /**
     * Bytes that a runner may use for frames; beyond a part of them it puts frames on disk. At least 16 MiB, at most this
     * machine's memory; default: half of that, divided by {@link #max}. Heap and engine have limits of their own.
     */
    public PoolBuilder memoryBudget(long bytes) {
        memoryBudget = bytes;
        return this;
    }

    /** The share of its budget above which a runner puts frames on disk. Above 0, at most pauseAt; default 0.7. */
    public PoolBuilder spillAt(double share) {
        spillAt = share;
        return this;
    }

    /** The share above which a runner gets no new calls until it has memory again. At most 1; default 0.85. */
    public PoolBuilder pauseAt(double share) {
        pauseAt = share;
        return this;
    }

    /** Where runners put frames: a directory on a disk, not in memory. Default: the temporary directory, or /var/tmp. */
    public PoolBuilder spillDirectory(Path directory) {
        spillDirectory = directory.toAbsolutePath().toString();
        return this;
    }

    /**
     * Whether this process and the runners run their garbage collectors when one that is short of memory asks: it may hold
     * frames for handles that nobody can reach any more. At most every 10 s. Default true.
     */
    public PoolBuilder collectWhenAsked(boolean on) {
        collectWhenAsked = on;
        return this;
    }

    /** What closures run on. Default: platform threads. */
    public PoolBuilder threads(ClosureThreads kind) {
        threads = Objects.requireNonNull(kind, "threads");
        return this;
    }

    private static PoolBuilder notYet(String option, Object value) {
        throw new IllegalArgumentException(
                "option " + option + " is not available in this version, was " + value + ": leave it out");
    }

    /**
     * Opens the pool: starts min runners and returns when they are up.
     *
     * @throws IllegalArgumentException if an option's value is not allowed, naming it
     * @throws IllegalStateException if a pool of this name is open in this process
     * @throws BootFailed if one of the min runners did not come up; none is left then
     */
    public Pool open() {
        return Pool.open(options(), backend);
    }

    PoolOptions options() {
        require(
                NAME.matcher(name).matches(),
                "name",
                name,
                "1 to 40 letters, digits, '.', '_' and '-', the first no sign");
        require(min >= 0, "min", min, "at least 0");
        int most = maxWasSet ? max : Math.max(max, min);
        require(most >= 1, "max", most, "at least 1");
        require(most >= min, "max", most, "at least min (" + min + ")");
        require(maxConcurrency >= 1, "maxConcurrency", maxConcurrency, "at least 1");
        require(maxQueue >= 1, "maxQueue", maxQueue, "at least 1");
        require(warmSpare >= 0, "warmSpare", warmSpare, "at least 0");
        require(
                !(singleUse && strictSlots),
                "strictSlots",
                true,
                "false with singleUse, which waits for the data anyway");
        requirePositive("timeout", timeout);
        requirePositive("bootTimeout", bootTimeout);
        Duration queue = queueTimeout == null ? bootTimeout : queueTimeout;
        requirePositive("queueTimeout", queue);
        require(!shutdownTimeout.isNegative(), "shutdownTimeout", shutdownTimeout, "zero or more");
        requireBounded("shutdownTimeout", shutdownTimeout);
        requirePositive("idleShutdownAfter", idleShutdownAfter);
        if (minIdleShutdownAfter != null) {
            requirePositive("minIdleShutdownAfter", minIdleShutdownAfter);
        }
        long budget = memoryBudget == null ? 0 : memoryBudget;
        require(
                memoryBudget == null || budget >= MemoryLimits.LEAST_BUDGET,
                "memoryBudget",
                budget,
                "at least " + MemoryLimits.LEAST_BUDGET + " bytes");
        return new PoolOptions(
                name,
                min,
                most,
                maxConcurrency,
                singleUse,
                strictSlots,
                placeFrames,
                traceFrames,
                operands,
                timeout,
                bootTimeout,
                queue,
                shutdownTimeout,
                idleShutdownAfter,
                idleCheck,
                minIdleShutdownAfter,
                maxQueue,
                warmSpare,
                dispatch,
                scaling,
                listener,
                threads == ClosureThreads.VIRTUAL,
                new MemoryLimits(budget, spillAt, pauseAt, spillDirectory, most, collectWhenAsked),
                jvmOptions,
                env);
    }

    static void requirePositive(String option, Duration value) {
        require(value.isPositive(), option, value, "positive");
        requireBounded(option, value);
    }

    private static void requireBounded(String option, Duration value) {
        require(value.compareTo(LONGEST) <= 0, option, value, "at most 3650 days, which is as good as never");
    }

    static void require(boolean allowed, String option, Object value, String what) {
        if (!allowed) {
            throw new IllegalArgumentException(option + " must be " + what + ", was " + value);
        }
    }
}
