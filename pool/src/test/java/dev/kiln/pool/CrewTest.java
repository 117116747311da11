package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.pool.CrewMember.Leaving;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class CrewTest {
    private final Crew crew = new Crew("p", Dispatch.leastLoaded());

    private CrewMember member(long number, int slots) {
        var member = new CrewMember("p-" + number, number, slots, 0);
        crew.add(member);
        return member;
    }

    @Test
    @DisplayName("P-29: a runner's state moves along the drawn arrows only")
    void aRunnersStateMovesAlongTheDrawnArrowsOnly() {
        for (RunnerState from : RunnerState.values()) {
            for (RunnerState to : RunnerState.values()) {
                boolean drawn =
                        switch (from) {
                            case BOOTING -> to == RunnerState.READY || to == RunnerState.GONE;
                            case READY -> to == RunnerState.RETIRING || to == RunnerState.GONE;
                            case RETIRING -> to == RunnerState.READY || to == RunnerState.GONE;
                            case GONE -> false;
                        };
                assertEquals(drawn, from.mayBecome(to), from + " to " + to);
            }
        }
        CrewMember member = member(1, 1);
        var refusal =
                assertThrows(IllegalStateException.class, () -> member.move(RunnerState.RETIRING, Leaving.DRAINING, 0));
        assertEquals("runner p-1 cannot go from BOOTING to RETIRING", refusal.getMessage());
        assertEquals(RunnerState.BOOTING, member.state());
    }

    @Test
    void onlyAReadyRunnerHasFreeSlots() {
        CrewMember member = member(1, 3);
        assertEquals(0, member.freeSlots());
        crew.change(member, m -> m.move(RunnerState.READY, Leaving.NO, 0));
        crew.change(member, m -> m.calls().add(1L));
        crew.change(member, m -> m.keptSlots().add(2L));
        assertEquals(1, member.freeSlots());
        assertEquals(2, member.busySlots());
        crew.change(member, m -> m.move(RunnerState.RETIRING, Leaving.ASKED, 0));
        assertEquals(0, crew.freeSlots());
        assertNull(crew.next());
    }

    @Test
    void aRunnerIsIdleWithoutCallsKeptSlotsAndData() {
        CrewMember member = member(1, 3);
        assertTrue(member.idle());
        member.residents(1);
        assertFalse(member.idle());
        member.residents(0);
        member.keptSlots().add(1L);
        assertFalse(member.idle());
        member.keptSlots().clear();
        member.calls().add(1L);
        assertFalse(member.idle());
    }

    @Test
    void aRunnerThatHasHadItsOneCallStaysSpent() {
        CrewMember member = member(1, 1);
        member.move(RunnerState.READY, Leaving.NO, 0);
        assertFalse(member.spent());
        member.move(RunnerState.RETIRING, Leaving.SPENT, 0);
        member.leave(Leaving.ASKED, 0);
        assertTrue(member.spent());
    }

    @Test
    void aRunnerThatIsGoneIsForgotten() {
        CrewMember member = member(1, 1);
        crew.change(member, m -> m.move(RunnerState.GONE, Leaving.NO, 0));
        assertNull(crew.find("p-1"));
        assertEquals(0, crew.size());
        assertEquals(0, crew.booting());
    }

    @Test
    @DisplayName("P-20: the sums and the least loaded runner are right after every change")
    void theSumsAreRightAfterEveryChange() {
        var random = new Random(1);
        List<CrewMember> all = new ArrayList<>();
        for (int step = 1; step < 20_000; step++) {
            if (all.size() < 8) {
                all.add(member(step, random.nextInt(1, 5)));
            }
            CrewMember member = all.get(random.nextInt(all.size()));
            long call = step;
            crew.change(member, m -> changeSomething(m, call, random));
            all.removeIf(m -> m.state() == RunnerState.GONE);
            check(all);
        }
    }

    private static void changeSomething(CrewMember member, long call, Random random) {
        List<RunnerState> states = List.of(RunnerState.values());
        RunnerState next = states.get(random.nextInt(states.size()));
        if (random.nextInt(4) == 0 && member.state().mayBecome(next)) {
            member.move(next, Leaving.NO, call);
        } else if (random.nextBoolean()) {
            member.calls().clear();
            member.keptSlots().clear();
        } else if (member.freeSlots() > 0) {
            (random.nextBoolean() ? member.calls() : member.keptSlots()).add(call);
        }
    }

    private void check(List<CrewMember> all) {
        assertEquals(all, List.copyOf(crew.all()));
        assertEquals(all.size(), crew.size());
        assertEquals(count(all, RunnerState.BOOTING), crew.booting());
        assertEquals(count(all, RunnerState.READY), crew.ready());
        assertEquals(crew.in(RunnerState.READY).size(), crew.ready());
        assertEquals(all.stream().mapToInt(CrewMember::freeSlots).sum(), crew.freeSlots());
        assertEquals(
                all.stream()
                        .filter(member -> member.freeSlots() > 0)
                        .min(Comparator.comparingInt(CrewMember::busySlots).thenComparingLong(CrewMember::number))
                        .map(CrewMember::id)
                        .orElse(null),
                crew.next());
        assertEquals(all.stream().mapToInt(CrewMember::busySlots).sum(), crew.busySlots());
    }

    private static long count(List<CrewMember> all, RunnerState state) {
        return all.stream().filter(member -> member.state() == state).count();
    }
}
