package dev.kiln.runner;

import dev.kiln.frame.FrameSpace;
import dev.kiln.frame.Stranded;
import dev.kiln.gc.ProcessRef;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Moves the frames that others hold here to other runners, while this one is about to end, on a thread of its own: again and
 * again, since running work leaves new ones behind, and since who holds one is to be told until it has let go. Without other
 * runners there is nothing to do.
 */
final class FrameMover {
    private static final System.Logger LOG = System.getLogger(RunnerNode.class.getName());
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final FrameSpace space;
    private final String runner;
    private final Consumer<Stranded> news;
    private volatile @Nullable Thread mover;
    private volatile long stranded;
    private volatile boolean over;

    /** @param news is told what no other runner takes, whenever that changes */
    FrameMover(FrameSpace space, String runner, Consumer<Stranded> news) {
        this.space = space;
        this.runner = runner;
        this.news = news;
    }

    /** Begins, once. The link's thread. */
    void begin(List<ProcessRef> successors) {
        if (mover == null && !successors.isEmpty()) {
            mover = Thread.ofPlatform().daemon().name("kiln-moves-" + runner).start(() -> move(successors));
        }
    }

    private void move(List<ProcessRef> successors) {
        try {
            while (!over) {
                Stranded left = space.moveOut(successors);
                if (left.count() != stranded) {
                    stranded = left.count();
                    news.accept(left);
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        } catch (RuntimeException | Error e) { // it must not keep the runner from its end
            if (!over) {
                LOG.log(System.Logger.Level.WARNING, "frames could not be moved; they end with this runner", e);
                stranded = Long.MAX_VALUE;
            }
        }
    }

    /** Whether nothing is held here any more but what must be lost. */
    boolean done() {
        return mover == null || space.residentCount() <= stranded;
    }

    /** The runner ends now. */
    void close() {
        over = true;
        Thread moving = mover;
        if (moving != null) {
            moving.interrupt();
        }
    }
}
