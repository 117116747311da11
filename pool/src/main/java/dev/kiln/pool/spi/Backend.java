package dev.kiln.pool.spi;

import java.time.Duration;

/**
 * Starts runners: processes, pods or machines that run this very program in runner mode. One instance serves one pool at a
 * time. All methods may be called from several threads at once.
 */
public interface Backend extends AutoCloseable {

    /**
     * A short word for messages, such as {@code local processes}.
     *
     * @return the name
     */
    String name();

    /**
     * Prepares for one pool, before the first boot.
     *
     * @param pool the pool's name
     * @param door greets runners that did not come by a socket of the backend's own
     * @throws BootProblem if no runner can ever be started this way, or if this backend serves another pool, which is not
     *     disturbed; the message says what to do. Nothing of this attempt is left then, and close does not follow
     */
    void open(String pool, Door door) throws BootProblem;

    /**
     * Asks for one runner and returns as soon as it is asked for; the runner shows by its greeting that it is up.
     *
     * @throws BootProblem if it cannot be had; permanent if this backend is not open
     */
    Machine boot(BootOrder order) throws BootProblem;

    /** Whether caller and runners share one machine, so that they may map each other's memory. */
    boolean sharesMemory();

    /**
     * How long caller and runner may hear nothing of each other before each holds the other for lost: 20 s unless the
     * network between them asks for more. A tenth of it passes between signs of life.
     *
     * @return more than zero
     */
    default Duration lease() {
        return Duration.ofSeconds(20);
    }

    /** Ends what is still there and removes what the backend left on this machine. Idempotent. */
    @Override
    void close();
}
