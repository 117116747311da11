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
            } catch (BootFailed e) {
                failed(runner.id(), e);
            } catch (Exception e) {
                boolean permanent = e instanceof BootProblem problem && problem.permanent();
                String what = "runner " + runner.id() + " could not be started: " + e.getMessage();
                failed(runner.id(), new BootFailed(what, permanent, e));
            }
        });
    }

    /**
     * The guard costs a first boot more time to load than the boot takes to be asked for, and has nothing to do before the
     * first failure: that one is what it is loaded for and told first.
     */
    private void guarded(LiveRunner runner) throws Exception {
        BootGuard loaded = guard;
        if (loaded != null) {
            loaded.call(() -> boots(runner));
            return;
        }
        try {
            boolean _ = boots(runner);
        } catch (Exception first) {
            var untold = new AtomicReference<@Nullable Exception>(first);
            loadedGuard().call(() -> {
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
        runner.runsOn(backend.boot(
                new BootOrder(runner.id(), runner.token(), runner.proof(), options.jvmOptions(), options.env())));
        BootFailed refusal = runner.arrival().join();
        if (refusal != null) {
            throw refusal;
        }
        return true;
    }

    private void failed(String id, BootFailed problem) {
        runners.remove(id);
        LOG.log(System.Logger.Level.WARNING, problem.getMessage());
        books.accept(new BookEvent.BootProblem(id, problem));
    }
}
