package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.kiln.runner.Runner;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a caller may rely on when a runner has been killed and he has seen that it is gone. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KilledRunnersTest {
    private static final int ROUNDS = 300;

    @Test
    @DisplayName("P-21, C-12: a call made when pool.runners() no longer lists a killed runner runs on another one")
    void noCallGoesToARunnerThatIsNoLongerListed() {
        var runners = new KillableRunners();
        try (Pool pool = Pool.named("killed").max(1).backend(runners).open()) {
            for (int round = 0; round < ROUNDS; round++) {
                String first = whereItRuns(pool);
                runners.kill(first);
                PlacedScene.untilSo(first + " is gone", () -> pool.runners().stream()
                        .noneMatch(runner -> runner.id().equals(first)));
                String second = whereItRuns(pool);
                assertNotEquals(first, second);
                assertEquals(second, whereItRuns(pool));
            }
        }
    }

    private static String whereItRuns(Pool pool) {
        return pool.call(() -> Runner.current().orElseThrow().id());
    }
}
