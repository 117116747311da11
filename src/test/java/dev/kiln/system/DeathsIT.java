package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.pool.Backends;
import dev.kiln.pool.Call;
import dev.kiln.pool.Pool;
import dev.kiln.pool.RunnerLost;
import dev.kiln.pool.spi.Backend;
import dev.kiln.pool.spi.BootOrder;
import dev.kiln.pool.spi.BootProblem;
import dev.kiln.pool.spi.Door;
import dev.kiln.pool.spi.Machine;
import dev.kiln.runner.RunnerExit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Runners that die under load, again and again, and those that are only said to have died. */
@ExtendWith(LeavesNothing.class)
class DeathsIT {
    private static final int DEATHS = 50;
    private static final int CALLS = 10;
    private static final Duration AT_ONCE = Duration.ofSeconds(5);

    @TempDir
    Path folder;

    @Test
    @DisplayName(
            "P-25, R-09: 50 deaths in a row, by SIGKILL and for want of memory, each under 10 calls and 10 that wait")
    void deathsInARow() throws Exception {
        try (Pool pool = Pool.named("mortal")
                .min(1)
                .max(1)
                .maxConcurrency(CALLS)
                .jvmOptions(List.of("-Xmx24m"))
                .open()) {
            for (int death = 1; death <= DEATHS; death++) {
                Path round = Files.createDirectory(folder.resolve("death-" + death));
                boolean forWantOfMemory = death % 2 == 0;
                dieOnce(pool, round, forWantOfMemory);
                assertEquals(death, pool.stats().losses());
                assertEquals(death + 1, pool.stats().boots());
            }
        }
    }

    private static void dieOnce(Pool pool, Path round, boolean forWantOfMemory) throws Exception {
        Gate closed = Gate.in(round);
        Gate table = Gate.in(Files.createDirectory(round.resolve("table")));
        long doomed = pool.runners().getFirst().pid().orElseThrow();
        List<Call<Long>> running = new ArrayList<>();
        running.add(pool.submit(() -> {
            table.pass("glutton");
            return eatAllMemory();
        }));
        for (int i = 1; i < CALLS; i++) {
            String who = "call-" + i;
            running.add(pool.submit(() -> closed.pass(who)));
        }
        List<Call<Long>> waiting = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            waiting.add(pool.submit(Pid::here));
        }
        table.awaitBegun("glutton");
        for (int i = 1; i < CALLS; i++) {
            closed.awaitBegun("call-" + i);
        }
        assertEquals(CALLS, pool.stats().running());
        assertEquals(CALLS, pool.stats().queued());

        if (forWantOfMemory) {
            table.open();
        } else {
            Pid.killHard(doomed);
        }
        for (Call<Long> call : running) {
            RunnerLost lost = assertThrows(RunnerLost.class, () -> call.join(AT_ONCE));
            assertEquals(
                    forWantOfMemory ? RunnerExit.Kind.OUT_OF_MEMORY : RunnerExit.Kind.SIGNAL,
                    lost.exit().kind(),
                    lost::getMessage);
        }
        Set<Long> served = new HashSet<>();
        for (Call<Long> call : waiting) {
            served.add(call.join());
        }
        assertEquals(1, served.size());
        assertFalse(served.contains(doomed));
        assertEquals(1, pool.stats().ready(), "min is restored");
        assertEquals(served, Set.of(pool.call(Pid::here)), "the pool is usable");
        assertTrue(Pid.ended(doomed));
    }

    private static long eatAllMemory() {
        Object[] eaten = {};
        while (true) {
            eaten = new Object[] {eaten, new byte[1_000_000]}; // each keeps all before it
        }
    }

    /** Local processes whose death can be reported although they live, and whose real end comes later as a second report. */
    private static final class Rumours implements Backend {
        private final Backend processes = Backends.localProcesses();
        private final List<Rumoured> machines = new CopyOnWriteArrayList<>();

        /** A process and what is said about it. */
        private record Rumoured(Machine process, CompletableFuture<RunnerExit> said) implements Machine {
            @Override
            public OptionalLong pid() {
                return process.pid();
            }

            @Override
            public CompletionStage<RunnerExit> ended() {
                return said;
            }

            @Override
            public void kill() {
                process.kill();
            }
        }

        @Override
        public String name() {
            return "rumours";
        }

        @Override
        public void open(String pool, Door door) throws BootProblem {
            processes.open(pool, door);
        }

        @Override
        public Machine boot(BootOrder order) throws BootProblem {
            var machine = new Rumoured(processes.boot(order), new CompletableFuture<>());
            machine.process.ended().thenAccept(machine.said::complete);
            machines.add(machine);
            return machine;
        }

        @Override
        public boolean sharesMemory() {
            return processes.sharesMemory();
        }

        @Override
        public void close() {
            processes.close();
        }
    }

    @Test
    @DisplayName("P-25, P-29: what a runner says or does after it was reported dead changes nothing in its pool")
    void lateReports() throws Exception {
        Gate gate = Gate.in(folder);
        var rumours = new Rumours();
        try (Pool pool = Pool.named("rumours")
                .backend(rumours)
                .min(1)
                .max(1)
                .maxConcurrency(1)
                .open()) {
            long first = pool.call(Pid::here);
            Call<Long> running = pool.submit(() -> gate.pass("running"));
            gate.awaitBegun("running");
            Call<Long> waiting = pool.submit(Pid::here);
            Pid.freeze(first); // so that it cannot but speak after its death
            rumours.machines.getFirst().said.complete(RunnerExit.unknown("a rumour"));
            RunnerLost lost = assertThrows(RunnerLost.class, () -> running.join(AT_ONCE));
            assertTrue(lost.exit().description().contains("a rumour"), lost::getMessage);
            assertNotEquals(first, waiting.join(), "served elsewhere");
            long losses = pool.stats().losses();

            gate.open();
            Pid.thaw(first); // its result, its status and then its real end come now
            Eventually.soon("it ends itself, since nobody listens", () -> Pid.ended(first));
            assertEquals(losses, pool.stats().losses());
            assertEquals(1, pool.runners().size());
            assertNotEquals(first, pool.call(Pid::here));
            assertEquals(2, pool.stats().boots());
        }
    }
}
