package dev.kiln.pool.testing;

import dev.kiln.pool.spi.Backend;
import dev.kiln.pool.spi.BootOrder;
import dev.kiln.pool.spi.BootProblem;
import dev.kiln.pool.spi.Door;
import dev.kiln.pool.spi.Machine;
import dev.kiln.runner.RunnerExit;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A backend that does what another one does, keeps what that was asked for and gave, and fails on demand. Any thread.
 */
public final class WatchedBackend implements Backend {

    /** What happens to a boot instead of a boot. */
    public enum Fault {
        /** The backend cannot, but may be able to another time. */
        TRANSIENT,
        /** The backend will never be able to. */
        PERMANENT,
        /** The machine ends before its runner greets. */
        STILLBORN
    }

    /**
     * A boot that the other backend was asked for.
     *
     * @param order what it was given
     * @param machine what it gave
     */
    public record Booted(BootOrder order, Machine machine) {}

    private final Backend real;
    private final List<Booted> boots = new CopyOnWriteArrayList<>();
    private final AtomicInteger faultsLeft = new AtomicInteger();
    private volatile Fault fault = Fault.TRANSIENT;

    /** Does what {@code real} does, until told otherwise. */
    public WatchedBackend(Backend real) {
        this.real = real;
    }

    /** Has the next so many boots fail like this. */
    public void failNext(int times, Fault how) {
        fault = how;
        faultsLeft.set(times);
    }

    /** The boots that the other backend carried out, oldest first. */
    public List<Booted> boots() {
        return List.copyOf(boots);
    }

    @Override
    public String name() {
        return real.name();
    }

    @Override
    public void open(String pool, Door door) throws BootProblem {
        real.open(pool, door);
    }

    @Override
    public Machine boot(BootOrder order) throws BootProblem {
        boolean fails = faultsLeft.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
        if (fails && fault == Fault.STILLBORN) {
            return new Stillborn();
        }
        if (fails) {
            throw new BootProblem(fault == Fault.PERMANENT, "out of machines, says the test", null);
        }
        Machine machine = real.boot(order);
        boots.add(new Booted(order, machine));
        return machine;
    }

    /** A machine that has ended before its runner could greet. */
    private static final class Stillborn implements Machine {
        @Override
        public OptionalLong pid() {
            return OptionalLong.empty();
        }

        @Override
        public CompletionStage<RunnerExit> ended() {
            return CompletableFuture.completedFuture(RunnerExit.unknown("stillborn, says the test"));
        }

        @Override
        public void kill() {
            // It is dead.
        }
    }

    @Override
    public boolean sharesMemory() {
        return real.sharesMemory();
    }

    @Override
    public void close() {
        real.close();
    }
}
