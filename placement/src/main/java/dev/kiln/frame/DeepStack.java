package dev.kiln.frame;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Runs what recurses as deep as the user's data nests on a thread with a stack of 1 GiB, of which the system provides what
 * is touched. For what has been cut off by a {@link StackOverflowError}: it starts anew.
 */
final class DeepStack {

    private static final long BYTES = 1L << 30;

    private DeepStack() {}

    /** @throws StackOverflowError if even the large stack is too small */
    static <T extends @Nullable Object> T call(Callable<T> work) throws Exception {
        var run = new Run<>(work);
        Thread thread = new Thread(null, run, "kiln-deep", BYTES);
        thread.setDaemon(true);
        thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
        thread.start();
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
                thread.interrupt(); // the work decides; there is no result before it has ended
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return run.outcome();
    }

    private static final class Run<T extends @Nullable Object> implements Runnable {

        private final Callable<T> work;
        private @Nullable T value;
        private @Nullable Throwable failure;

        Run(Callable<T> work) {
            this.work = work;
        }

        @Override
        public void run() {
            try {
                value = work.call();
            } catch (Throwable e) {
                failure = e;
            }
        }

        @SuppressWarnings("NullAway") // null is a value if T allows it
        T outcome() throws Exception {
            switch (failure) {
                case null -> {}
                case Exception e -> throw e;
                case Error e -> throw e;
                case Throwable e -> throw new IllegalStateException(e);
            }
            return value;
        }
    }
}
