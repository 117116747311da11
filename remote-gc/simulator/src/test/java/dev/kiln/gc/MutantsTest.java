package dev.kiln.gc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.gc.Violation.Of;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What the simulator is for: each of these protocols has one rule less, and is found out. The machines are the real ones; the
 * mutation is in what they are told, or in what is made of their answers.
 */
class MutantsTest {
    private static final int AT_MOST = 20_000;

    /** The first history in which this protocol goes wrong, made small. */
    private static Simulator.Failure caught(Rules.Maker mutant, Of... how) {
        return caught(new Simulator(mutant), 1, AT_MOST, how);
    }

    private static Simulator.Failure caught(Simulator simulator, long first, long last, Of... how) {
        Simulator.Failure failure = null;
        for (long seed = first; seed <= last && failure == null; seed++) {
            failure = simulator.run(History.of(seed));
        }
        assertNotNull(failure, () -> "not found in " + (last - first + 1) + " histories");
        Of found = failure.violation().invariant();
        assertTrue(List.of(how).contains(found), failure::toString);
        assertTrue(
                failure.shrunk().actions().size() <= failure.history().actions().size());
        assertEquals(
                found,
                assertNotNullAndGet(simulator.run(failure.shrunk())).violation().invariant(),
                "the smaller history goes wrong in the same way");
        System.out.println(failure);
        return failure;
    }

    private static Simulator.Failure assertNotNullAndGet(Simulator.Failure failure) {
        assertNotNull(failure, "the smaller history does not go wrong");
        return failure;
    }

    @Test
    @DisplayName("G-03, G-09: a receiver that ends a transfer before its holds are acknowledged is caught")
    void releaseBeforeTransitConfirmed() {
        caught(
                (self, third, coverage) -> new Rules(self, third, coverage) {
                    @Override
                    void arrived(ProcessRef sender, long transfer, Collection<ResourceId> named) {
                        super.arrived(sender, transfer, List.of());
                    }
                },
                Of.USE_AFTER_FREE);
    }

    @Test
    @DisplayName("G-01, G-09: an owner that does not tell a process's lives apart is caught")
    void noIncarnationCheck() {
        caught(
                (self, third, coverage) -> new Rules(self, third, coverage) {
                    @Override
                    ProcessRef speaker(ProcessRef from, ProcessRef known) {
                        return known == null ? from : known;
                    }
                },
                Of.USE_AFTER_FREE,
                Of.LEAK,
                Of.CONSISTENCY);
    }

    /** Numbers Updates in the order in which they arrive, so that none is ever early. */
    private static final class WithoutTombstones extends Rules {
        private final Map<ProcessRef, TreeSet<Long>> seen = new HashMap<>();

        WithoutTombstones(ProcessRef self, boolean thirdParties, Coverage coverage) {
            super(self, thirdParties, coverage);
        }

        @Override
        Applied on(Update update, long now) {
            TreeSet<Long> arrived = seen.computeIfAbsent(update.holder(), key -> new TreeSet<>());
            boolean again = !arrived.add(update.sequence());
            long number = again ? 1 : arrived.size();
            Applied applied = super.on(
                    new Update(
                            update.holder(), number, update.held(), update.released(), update.ended(), update.lent()),
                    now);
            long upTo = applied.reply().fenced() ? Acknowledged.FENCED : withoutGap(arrived);
            var reply = new Acknowledged(applied.reply().owner(), update.holder(), upTo);
            return new Applied(applied.freed(), reply, applied.outcome(), applied.missing());
        }

        private static long withoutGap(Set<Long> arrived) {
            long upTo = 0;
            while (arrived.contains(upTo + 1)) {
                upTo++;
            }
            return upTo;
        }
    }

    @Test
    @DisplayName("G-04, G-09: an owner without tombstones, for which a late hold comes to life, is caught")
    void noTombstone() {
        caught(WithoutTombstones::new, Of.LEAK);
    }

    @Test
    @DisplayName("G-05, G-09: an owner that renews the lease of an incarnation which is over is caught")
    void leaseRenewedByAnOldIncarnation() {
        caught(
                (self, third, coverage) -> new Rules(self, third, coverage) {
                    @Override
                    boolean heard(ProcessRef holder, long now) {
                        super.heard(holder, now);
                        return true;
                    }
                },
                Of.USE_AFTER_FREE);
    }

    @Test
    @DisplayName("G-03, G-09: a sender that passes a handle on before the owner knows of it is caught")
    void passedOnUnknown() {
        caught(
                (self, third, coverage) -> new Rules(self, third, coverage) {
                    @Override
                    boolean mayLeave(ResourceId id) {
                        return true;
                    }
                },
                Of.USE_AFTER_FREE);
    }

    @Test
    @DisplayName("B-01, G-03, G-09: a batch whose end takes along the holds of messages on their way is caught")
    void batchEndWithoutTransitHolds() {
        caught(
                (self, third, coverage) -> new Rules(self, third, coverage) {
                    @Override
                    Collection<Long> closedWithABatch(List<Name> members, Collection<Long> pledges) {
                        return pledges;
                    }
                },
                Of.USE_AFTER_FREE);
    }

    @Test
    @DisplayName("G-03, G-09: a receiver that takes messages of a fenced sender is caught")
    void takesFromTheFenced() {
        Rules.Maker mutant = (self, third, coverage) -> new Rules(self, third, coverage) {
            @Override
            boolean takesFromTheFenced() {
                return true;
            }
        };
        long seed = 9_001; // from there on it takes 410 histories, from 1 on 9,410: few messages are so slow
        caught(new Simulator(mutant), seed, seed + AT_MOST, Of.USE_AFTER_FREE);
    }

    @Test
    @DisplayName("G-03, G-05, G-09: a holder that renews a lease with an owner which never heard of its hold is caught")
    void renewsUnheldLeases() {
        Rules.Maker mutant = (self, third, coverage) -> new Rules(self, third, coverage) {
            @Override
            boolean mayRenew(ProcessRef owner) {
                return true;
            }
        };
        long seed = 298_419; // the only one of the first 300,000 in which it matters
        caught(new Simulator(mutant), seed, seed, Of.USE_AFTER_FREE);
    }
}
