package dev.kiln.runner.wire;

/** Waiting that an interrupt does not cut short, for the ends of things; the thread's flag is set again afterwards. */
public final class Uninterrupted {

    /** Something to wait for; begun again after an interrupt, so it must be one that has an end of its own. */
    @FunctionalInterface
    public interface Wait {
        void begin() throws InterruptedException;
    }

    private Uninterrupted() {}

    /** Waits until {@code wait} returns. */
    public static void await(Wait wait) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    wait.begin();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
