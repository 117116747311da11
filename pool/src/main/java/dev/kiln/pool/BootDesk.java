package dev.kiln.pool;

import dev.kiln.pool.spi.Backend;
import dev.kiln.pool.spi.BootOrder;
import dev.kiln.pool.spi.BootProblem;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Asks the backend for runners, each on a virtual thread that waits until its runner is up or is not to be. Any thread. */
final class BootDesk {
    private static final System.Logger LOG = System.getLogger(Pool.class.getName());

    private final PoolOptions options;
    private final Backend backend;
    private final LiveRunners runners;
    private final ScheduledExecutorService clock;
    private final BooleanSupplier closing;
    private final Consumer<BookEvent> books;
    private volatile @Nullable BootGuard guard;

    BootDesk(
            PoolOptions options,
            Backend backend,
            LiveRunners runners,
            ScheduledExecutorService clock,
            BooleanSupplier closing,
            Consumer<BookEvent> books) {
        this.options = options;
        this.backend = backend;
        this.runners = runners;
        this.clock = clock;
        this.closing = closing;
        this.books = books;
    }

    /** Begins to boot the runner; the books are told if it fails. */
    void boot(LiveRunner runner) {
        Thread.ofVirtual().name("kiln-boot-" + runner.id()).start(() -> {
            try {
                guarded(runner);
            } catch (Exception e) {
                BootFailed problem = described(runner, e);
                runners.remove(runner.id());
                LOG.log(System.Logger.Level.WARNING, problem.getMessage());
                books.accept(new BookEvent.BootProblem(runner.id(), problem));
            }
        });
    }

    private static BootFailed described(LiveRunner runner, Exception e) {
        if (e instanceof BootFailed failed) {
            return failed;
        }
        boolean permanent = e instanceof BootProblem problem && problem.permanent();
        return new BootFailed("runner " + runner.id() + " could not be started: " + e.getMessage(), permanent, e);
    }

    private void troubled(LiveRunner runner, Exception e) {
        BootFailed problem = described(runner, e);
        LOG.log(System.Logger.Level.WARNING, "{0}; it is asked for again", problem.getMessage());
        books.accept(new BookEvent.BootTrouble(runner.id(), problem));
    }

    /**
     * The guard costs a first boot more time to load than the boot takes to be asked for, and has nothing to do before the
     * first failure: that one is what it is loaded for and told first.
     */
    private void guarded(LiveRunner runner) throws Exception {
        BootGuard loaded = guard;
        if (loaded != null) {
            loaded.call(e -> troubled(runner, e), () -> boots(runner));
            return;
        }
        try {
            boolean _ = boots(runner);
        } catch (Exception first) {
            var untold = new AtomicReference<@Nullable Exception>(first);
            loadedGuard().call(e -> troubled(runner, e), () -> {
                Exception failure = untold.getAndSet(null);
                if (failure != null) {
                    throw failure;
                }
                return boots(runner);
            });
        }
    }

    private synchronized BootGuard loadedGuard() {
        BootGuard loaded = guard;
        if (loaded == null) {
            loaded = new BootGuard(options.name(), clock, () -> !closing.getAsBoolean());
            guard = loaded;
        }
        return loaded;
    }

    /** Returns when the runner has greeted, or has ended before: the books learn that from elsewhere. */
    private boolean boots(LiveRunner runner) throws BootProblem {
        runner.runsOn(backend.boot(new BootOrder(
                runner.id(),
                runner.token(),
                runner.proof(),
                options.jvmOptions(),
                options.env(),
                backend.lease().plus(options.shutdownTimeout()))));
        BootFailed refusal = runner.arrival().join();
        if (refusal != null) {
            throw refusal;
        }
        return true;
    }
}
