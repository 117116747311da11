package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.frame.NotTransferable;
import dev.kiln.pool.Call;
import dev.kiln.pool.CallCancelled;
import dev.kiln.pool.CallFailed;
import dev.kiln.pool.CallTimedOut;
import dev.kiln.pool.Pool;
import dev.kiln.pool.RunnerLost;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is left on runners, which are real processes, of calls whose result nobody has read. */
class EndedCallsIT {
    /** So large that a frame is a memory file of its own, which the kernel lists. */
    private static final int ROWS = 200_000;

    private static Pool pool;

    @TempDir
    Path folder;

    @BeforeAll
    static void open() {
        pool = Pool.named("ended").min(2).max(2).maxConcurrency(1).open();
    }

    @AfterAll
    static void close() {
        pool.close();
        new LeavesNothing().afterEach(null);
    }

    /** How a call ends, and what its caller sees. */
    enum End {
        FAILS(CallFailed.class),
        RETURNS_WHAT_CANNOT_CROSS(CallFailed.class),
        RETURNS_WHAT_CANNOT_BE_READ(NotTransferable.class),
        CANCELLED(CallCancelled.class),
        CANCELLED_AND_RETURNS(CallCancelled.class),
        TIMED_OUT(CallTimedOut.class),
        TIMED_OUT_AND_RETURNS(CallTimedOut.class),
        KILLED(RunnerLost.class);

        final Class<? extends RuntimeException> failure;

        End(Class<? extends RuntimeException> failure) {
            this.failure = failure;
        }
    }

    private static final class WithFrames extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @SuppressWarnings("unused") // it crosses
        final ArrayList<Object> frames;

        WithFrames(List<Object> frames) {
            this.frames = new ArrayList<>(frames);
        }
    }

    private static final class Unreadable implements Serializable {
        private static final long serialVersionUID = 1L;

        private void readObject(ObjectInputStream in) throws IOException {
            throw new IOException("not here");
        }
    }

    private static Frame made() {
        return Frame.columns(Map.of("n", new long[ROWS]));
    }

    /** Uses what it was given, makes more, closes nothing, and ends as it is told. */
    private static Object work(End end, Gate gate, Map<String, Frame> given) throws IOException, InterruptedException {
        Frame there = given.get("there");
        Frame here = given.get("here");
        assertTrue(there.isRemote() && !here.isRemote());
        Frame both = there.concatRows(here).filter("n = 0").compute();
        assertTrue(both.rowCount() == 2 * ROWS);
        List<Object> all = List.of(made(), there, there.filter("n < 1"), Map.of("both", both, "here", here));
        gate.tell("work");
        return switch (end) {
            case FAILS -> throw new WithFrames(all);
            case RETURNS_WHAT_CANNOT_CROSS -> List.of(all, new Thread());
            case RETURNS_WHAT_CANNOT_BE_READ -> List.of(all, new Unreadable());
            case CANCELLED, TIMED_OUT -> {
                gate.loiter("until it is interrupted", Duration.ofMinutes(1));
                yield all;
            }
            case CANCELLED_AND_RETURNS, TIMED_OUT_AND_RETURNS -> {
                while (!gate.begun("go on") || !Thread.interrupted()) { // it is told to stop, and returns all the same
                    Thread.onSpinWait();
                }
                yield all;
            }
            case KILLED -> {
                Runtime.getRuntime().halt(9);
                yield all;
            }
        };
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName(
            "G-08: a call that fails, is cancelled, times out, or dies with its runner leaves no frame anywhere: none"
                    + " that it made, was given, passed on, or returned too late")
    void nothingIsLeft(End end) throws IOException {
        Gate gate = Gate.in(folder);
        Frame there = pool.call(EndedCallsIT::made);
        Frame here = made();
        Call<Long> busy = pool.near(there).submit(() -> gate.pass("owner"));
        try {
            gate.awaitBegun("owner"); // what follows runs on the other runner
            end(end, gate, Map.of("there", there, "here", here));
        } finally {
            gate.open();
        }
        busy.join();
        there.close();
        here.close();
        Eventually.soon("no runner holds a frame for anybody, or has the memory of one", () -> {
            List<Long> runners = Everywhere.run(pool, 2, folder, EndedCallsIT::collected);
            return pool.frames().isEmpty()
                    && pool.runners().stream().allMatch(runner -> runner.residentCount() == 0)
                    && runners.stream()
                            .allMatch(pid -> Segments.of(pid.toString()).isEmpty());
        });
    }

    private static void end(End end, Gate gate, Map<String, Frame> given) {
        boolean outOfTime = end == End.TIMED_OUT || end == End.TIMED_OUT_AND_RETURNS;
        Call<Object> call = pool.within(outOfTime ? Duration.ofSeconds(3) : Duration.ofMinutes(1))
                .submit(() -> work(end, gate, given));
        try {
            gate.awaitBegun("work");
            if (end == End.CANCELLED || end == End.CANCELLED_AND_RETURNS) {
                assertTrue(call.cancel());
            }
            if (end == End.TIMED_OUT_AND_RETURNS) {
                assertThrows(end.failure, call::join); // of what comes after that nobody waits for it
            }
        } finally {
            gate.tell("go on");
        }
        assertThrows(end.failure, call::join);
    }

    private static long collected() {
        System.gc();
        return Pid.here();
    }
}
