package dev.kiln.runner.spi;

import dev.kiln.frame.spi.Substitution;
import dev.kiln.runner.wire.Message.Settled;
import java.util.ServiceLoader;

/**
 * What a room above adds to runners: how its own types travel, and what becomes of calls that work on a runner makes itself.
 * Found by {@link ServiceLoader}; without one, work on a runner cannot call into its pool.
 */
public interface RunnerExtension {

    /**
     * A runner begins.
     *
     * @param runner used freely from the first message on, not before this method has returned
     */
    Session open(RunnerSide runner);

    /** The extension's part in one runner. */
    interface Session {

        /** How its types travel to and from this runner. */
        Substitution substitution();

        /**
         * Runs the work of a call with what belongs to it bound to this thread.
         *
         * @param batch the id of its batch, empty for none
         */
        default void within(String batch, long call, Runnable work) {
            work.run();
        }

        /** What came of a call that was made here. The link's thread: it must not block or run user code. */
        void settled(Settled message);

        /** Whether nothing that was called from here needs this runner any more. Any thread. */
        boolean idle();

        /** The runner has ended: what waits here ends now. Any thread; it must not block. */
        void close(String reason);
    }

    /** The extension on the class path, or one that adds nothing. */
    static RunnerExtension find() {
        return ServiceLoader.load(RunnerExtension.class, RunnerExtension.class.getClassLoader())
                .findFirst()
                .orElse(Nothing::new);
    }

    /** Adds nothing. */
    record Nothing(RunnerSide runner) implements Session {
        @Override
        public Substitution substitution() {
            return Substitution.NONE;
        }

        @Override
        public void settled(Settled message) {
            runner.space().refuse(message.parcel(), message.from());
        }

        @Override
        public boolean idle() {
            return true;
        }

        @Override
        public void close(String reason) {}
    }
}
