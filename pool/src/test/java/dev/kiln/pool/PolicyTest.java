package dev.kiln.pool;

import static dev.kiln.pool.Script.boots;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.kiln.pool.BookEffect.AskRetire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("P-17: policies of dispatch and scaling")
class PolicyTest {
    private static final Duration IDLE = Duration.ofSeconds(30);

    private static PoolBuilder pool() {
        return Pool.named("p").max(10).maxConcurrency(2).idleShutdownAfter(IDLE);
    }

    private static Script three(PoolBuilder builder) {
        Script script = Script.of(builder.min(3));
        script.greets("p-1");
        script.greets("p-2");
        script.greets("p-3");
        return script;
    }

    private static List<String> placesOfFour(Script script) {
        List<String> places = new ArrayList<>();
        for (long call = 1; call <= 4; call++) {
            for (BookEffect effect : script.arrives(call)) {
                if (effect instanceof BookEffect.Dispatch dispatch) {
                    places.add(dispatch.runner());
                }
            }
        }
        return places;
    }

    private static Scaling.Demand demand(int queued, int free, int booting, int spare, int slots) {
        return new Scaling.Demand(queued, free, booting, spare, slots, 0, 0, 0, 0, 10);
    }

    @Test
    @DisplayName("P-21: on demand, the deficit is divided by the slots of a runner, rounded up, never below zero")
    void onDemand() {
        Scaling policy = Scaling.onDemand();
        assertEquals(0, policy.boots(demand(0, 0, 0, 0, 4)));
        assertEquals(1, policy.boots(demand(1, 0, 0, 0, 4)));
        assertEquals(1, policy.boots(demand(4, 0, 0, 0, 4)));
        assertEquals(2, policy.boots(demand(5, 0, 0, 0, 4)));
        assertEquals(0, policy.boots(demand(5, 1, 4, 0, 4)));
        assertEquals(1, policy.boots(demand(5, 1, 4, 1, 4)));
        assertEquals(0, policy.boots(demand(1, 9, 0, 2, 4)));
        assertEquals(Integer.MAX_VALUE, policy.boots(demand(Integer.MAX_VALUE, 0, 0, Integer.MAX_VALUE, 1)));
    }

    @Test
    void leastLoadedSpreads() {
        assertEquals(List.of("p-1", "p-2", "p-3", "p-1"), placesOfFour(three(pool())));
    }

    @Test
    void packFillsOneAfterTheOther() {
        assertEquals(List.of("p-1", "p-1", "p-2", "p-2"), placesOfFour(three(pool().dispatch(Dispatch.pack()))));
    }

    @Test
    @DisplayName("P-17: packed calls let the other runners become idle and go, evenly spread ones do not")
    void packLetsTheOthersGo() {
        for (boolean packed : List.of(true, false)) {
            Script script = Script.of(pool().dispatch(packed ? Dispatch.pack() : Dispatch.leastLoaded()));
            script.arrives(1);
            script.arrives(2);
            script.arrives(3);
            script.greets("p-1");
            script.greets("p-2");
            script.finishes(1, "p-1");
            script.finishes(2, "p-1");
            script.arrives(4);
            script.passes(IDLE.dividedBy(2));
            script.finishes(3, "p-2");
            script.arrives(5);
            List<BookEffect> asked = script.passes(IDLE.multipliedBy(2)).stream()
                    .filter(AskRetire.class::isInstance)
                    .toList();
            assertEquals(packed ? 1 : 0, asked.size());
        }
    }

    @Test
    void aUsersOrderDecides() {
        Dispatch youngest = (a, b) -> Long.compare(b.number(), a.number());
        assertEquals(List.of("p-3", "p-3", "p-2", "p-2"), placesOfFour(three(pool().dispatch(youngest))));
    }

    @Test
    void anOrderThatKnowsNoDifferenceTakesTheOldest() {
        assertEquals(List.of("p-1", "p-1", "p-2", "p-2"), placesOfFour(three(pool().dispatch((_, _) -> 0))));
    }

    @Test
    void anOrderThatThrowsIsReplacedByTheDefault() {
        Dispatch broken = (_, _) -> {
            throw new IllegalStateException("no idea");
        };
        assertEquals(List.of("p-1", "p-2", "p-3", "p-1"), placesOfFour(three(pool().dispatch(broken))));
    }

    @Test
    @DisplayName("P-17: a policy that fails with an Error is replaced like any other that fails")
    void aPolicyThatFailsWithAnErrorIsReplacedByTheDefault() {
        Dispatch order = (_, _) -> {
            throw new AssertionError("no idea");
        };
        assertEquals(List.of("p-1", "p-2", "p-3", "p-1"), placesOfFour(three(pool().dispatch(order))));
        Scaling scaling = demand -> {
            throw new StackOverflowError("no idea");
        };
        assertEquals(boots("p-1"), Script.of(pool().scaling(scaling)).arrives(1));
    }

    @Test
    void anOrderThatContradictsItselfIsReplacedByTheDefault() {
        Script script = three(pool().maxConcurrency(10).dispatch((_, _) -> 1));
        for (long call = 1; call <= 30; call++) {
            assertEquals(1, script.arrives(call).size(), "no call waits while a slot is free");
        }
        assertEquals(0, script.stats().freeSlots());
    }

    @Test
    void aUsersScalingDecidesWithinMax() {
        Script script = Script.of(pool().scaling(demand -> demand.queued() > 2 ? 50 : 0));
        assertEquals(List.of(), script.arrives(1));
        assertEquals(List.of(), script.arrives(2));
        assertEquals(10, script.arrives(3).size());
        assertEquals(10, script.stats().booting());
    }

    @Test
    void aScalingThatThrowsOrAsksForFewerThanNoneIsReplacedByTheDefault() {
        Scaling broken = demand -> {
            throw new IllegalStateException("no idea");
        };
        assertEquals(boots("p-1"), Script.of(pool().scaling(broken)).arrives(1));
        assertEquals(boots("p-1"), Script.of(pool().scaling(demand -> -1)).arrives(1));
    }

    @Test
    @DisplayName("P-17: an idle runner that the policy would replace at once stays")
    void anIdleRunnerThatThePolicyWouldReplaceStays() {
        Scaling atLeastTwo = demand -> 2 - demand.ready() - demand.booting() - demand.retiring() > 0
                ? 2 - demand.ready() - demand.booting() - demand.retiring()
                : 0;
        var script = new Script(pool().scaling(atLeastTwo));
        assertEquals(3, script.tell(new BookEvent.Tick()).size());
        script.greets("p-1");
        script.greets("p-2");
        assertEquals(List.of(), script.passes(Duration.ofMinutes(10)));
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    @DisplayName("P-20, P-21: a policy that calls or closes its pool is refused and replaced, and the pool goes on")
    void aPolicyThatWaitsForItsPoolIsRefused() {
        for (Consumer<Pool> wish : List.<Consumer<Pool>>of(pool -> pool.call(() -> 1), Pool::close)) {
            var refusals = new LinkedBlockingQueue<RuntimeException>();
            var itself = new AtomicReference<Pool>();
            Scaling waits = demand -> {
                Pool pool = itself.get();
                if (pool != null) {
                    try {
                        wish.accept(pool);
                    } catch (RuntimeException e) {
                        refusals.add(e);
                        throw e;
                    }
                }
                return Scaling.onDemand().boots(demand);
            };
            try (Pool pool = Pool.named("waits")
                    .scaling(waits)
                    .backend(Backends.inProcess())
                    .open()) {
                itself.set(pool);
                assertEquals(7, pool.<Integer>call(() -> 7));
                assertInstanceOf(IllegalStateException.class, refusals.remove());
            }
        }
    }
}
