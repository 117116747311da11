package dev.kiln.pool;

import dev.kiln.KilnException;
import dev.kiln.frame.FrameInfo;
import dev.kiln.runner.wire.Message.FramesStranded;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Brings the news to the user's listener, on a thread of its own, which there is only with a listener. Any thread. */
final class Herald implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Pool.class.getName());
    private static final int MAX_BEHIND = 10_000;
    private static final Duration LAST_NEWS = Duration.ofSeconds(1);

    private final String pool;
    private final @Nullable PoolListener listener;
    private final LinkedBlockingQueue<Consumer<PoolListener>> news = new LinkedBlockingQueue<>(MAX_BEHIND);
    private final AtomicBoolean behind = new AtomicBoolean();
    private final @Nullable Thread thread;
    private volatile boolean closed;

    Herald(String pool, @Nullable PoolListener listener) {
        this.pool = pool;
        this.listener = listener;
        this.thread = listener == null
                ? null
                : Thread.ofPlatform().daemon().name("kiln-listener-" + pool).start(this::loop);
    }

    void tell(BookEffect.GrowStart news) {
        tell(to -> to.onGrowStart(pool, news.count()));
    }

    void tell(BookEffect.GrowEnd news) {
        BootFailed problem = news.problem();
        GrowOutcome outcome = problem == null ? new GrowOutcome.Up() : new GrowOutcome.Failed(problem);
        tell(to -> to.onGrowEnd(pool, news.count(), outcome));
    }

    void tell(BookEffect.Shrink news) {
        tell(to -> to.onShrink(pool, news.count(), news.reason()));
    }

    void framesStranded(String runner, FramesStranded news) {
        tell(to -> to.onFramesLost(pool, runner, news.count(), news.bytes(), news.reason()));
    }

    void framesLeaked(List<FrameInfo> frames) {
        tell(to -> to.onFramesLeaked(pool, frames));
    }

    void callFailed(long call, KilnException failure) {
        tell(to -> to.onCallFailed(pool, call, failure));
    }

    private void tell(Consumer<PoolListener> item) {
        if (listener == null || closed) {
            return;
        }
        if (news.offer(item)) {
            behind.set(false);
        } else if (behind.compareAndSet(false, true)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the listener of pool {0} is {1} news behind: it will miss some",
                    pool,
                    MAX_BEHIND);
        }
    }

    private void loop() {
        while (!closed || !news.isEmpty()) {
            try {
                deliver(news.take());
            } catch (InterruptedException e) {
                if (closed) { // otherwise a listener interrupted its own thread
                    return;
                }
            }
        }
    }

    private void deliver(Consumer<PoolListener> item) {
        PoolListener to = listener;
        if (to == null) {
            return;
        }
        try {
            item.accept(to);
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "the listener of pool " + pool + " failed; the pool goes on", e);
        }
    }

    /** Gives the listener a moment for what it was not told yet; then it is told no more. */
    @Override
    public void close() {
        Thread telling = thread;
        if (telling == null) {
            return;
        }
        closed = true;
        boolean _ = news.offer(to -> {}); // wakes it
        if (telling.equals(Thread.currentThread())) {
            return; // the listener closes the pool: it ends with this delivery
        }
        join(telling);
        news.clear(); // first: it may get over the interrupt, and go on with the next
        telling.interrupt();
        join(telling);
    }

    private static void join(Thread thread) {
        try {
            boolean _ = thread.join(LAST_NEWS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
