package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kiln.gc.ProcessRef;
import dev.kiln.pool.spi.Machine;
import dev.kiln.runner.Kiln;
import dev.kiln.runner.RunnerExit;
import dev.kiln.runner.wire.Link;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Session;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LiveRunnerTest {
    private static final Duration LEASE = Duration.ofSeconds(20);

    private final LiveRunner runner = new LiveRunner(new ProcessRef("p-1", 1), new byte[1], new byte[1], new byte[1]);
    private final CompletableFuture<RunnerExit> ended = new CompletableFuture<>();

    /** What the network does not reach any more. */
    private static final Machine OUT_OF_REACH = new Machine() {
        @Override
        public OptionalLong pid() {
            return OptionalLong.empty();
        }

        @Override
        public CompletionStage<RunnerExit> ended() {
            return new CompletableFuture<>();
        }

        @Override
        public void kill() {}
    };

    private static final Link.Listener NOBODY = new Link.Listener() {
        @Override
        public void received(Link link, Message message) {}

        @Override
        public void closed(Link link, String reason) {}
    };

    @Test
    @DisplayName("R-09: a runner out of reach is given up when its lease is over, also if it was to be killed before")
    void aRunnerOutOfReachIsGivenUpThoughItWasToBeKilled() {
        runner.whenEnded(ended::complete);
        runner.runsOn(OUT_OF_REACH);
        runner.greeted(new Session(NOBODY, System.nanoTime()), Kiln.hello("p-1", new byte[1]));
        runner.kill("it did not end in time");
        runner.watch(System.nanoTime() + LEASE.plusSeconds(1).toNanos(), LEASE);
        assertEquals(RunnerExit.Kind.LOST_NETWORK, ended.join().kind());
    }
}
