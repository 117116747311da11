package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.pool.Call;
import dev.kiln.pool.Caller;
import dev.kiln.pool.Pool;
import dev.kiln.pool.PoolBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** kill -9 of the caller at each moment in the life of a call. */
@ExtendWith(LeavesNothing.class)
class CallerDeathIT {
    /** Lease and grace; evidence of death makes it far less, unless something is wrong. */
    private static final Duration AT_MOST = Duration.ofSeconds(21);

    private static final Duration SHUTDOWN = Duration.ofSeconds(2);

    @TempDir
    Path folder;

    /** Where a call is when its caller dies. */
    enum Moment {
        QUEUED,
        BOOTING,
        SENT,
        RUNNING,
        RESULT_SENT
    }

    /** A caller that makes one call, and says so when that is at its moment. */
    static final class Doomed {
        public static void main(String[] arguments) throws Exception {
            Moment moment = Moment.valueOf(arguments[0]);
            boolean linked = Boolean.parseBoolean(arguments[1]);
            var gate = new Gate(arguments[2]);
            PoolBuilder builder = Pool.named("doomed").max(1).maxConcurrency(1).shutdownTimeout(SHUTDOWN);
            if (moment == Moment.BOOTING) {
                builder.jvmOptions(List.of("-javaagent:" + arguments[3] + "=" + arguments[2]));
            }
            Pool pool = builder.open();
            if (moment != Moment.BOOTING) {
                System.out.println("runner " + pool.call(Pid::here));
                gate.awaitBegun("murderer"); // it knows the runner now, and may have done something to it
            }
            Caller caller = linked ? pool : pool.unlinked();
            switch (moment) {
                case QUEUED -> {
                    pool.execute(() -> gate.pass("holder"));
                    gate.awaitBegun("holder");
                    call(caller, linked, gate);
                    Eventually.soon("it waits", () -> pool.stats().queued() == 1);
                }
                case BOOTING -> {
                    call(caller, linked, gate);
                    gate.awaitBegun(SlowStart.WHO);
                }
                case SENT -> {
                    call(caller, linked, gate);
                    Eventually.soon("it is sent", () -> pool.stats().running() == 1);
                }
                case RUNNING -> {
                    call(caller, linked, gate);
                    gate.awaitBegun("work");
                }
                case RESULT_SENT -> {
                    Call<Frame> call = caller.submit(() -> {
                        gate.pass("work");
                        Thread working = Thread.currentThread();
                        Thread.ofPlatform().daemon().start(() -> tellWhenIdle(working, gate));
                        return Frame.columns(Map.of("x", new long[1_000_000]));
                    });
                    gate.awaitBegun("work");
                    System.out.println("call " + call.id());
                }
            }
            System.out.println("now");
            new java.util.concurrent.CountDownLatch(1).await();
        }

        private static void call(Caller caller, boolean linked, Gate gate) {
            if (linked) {
                caller.execute(() -> gate.loiter("work", Duration.ofSeconds(5)));
            } else {
                caller.execute(() -> gate.ignoreInterrupts("work"));
            }
        }

        /** A thread that is back in its pool has handed its result to the link. */
        private static void tellWhenIdle(Thread working, Gate gate) {
            Eventually.soon(
                    "the thread is back in its pool",
                    () -> working.getState() != Thread.State.RUNNABLE
                            && java.util.Arrays.stream(working.getStackTrace())
                                    .noneMatch(line -> line.getClassName().startsWith("dev.kiln.")));
            gate.tell("result-sent");
        }
    }

    /** Makes a runner's JVM wait before its main method, at the gate whose folder is the argument. */
    static final class SlowStart {
        static final String WHO = "boot";

        public static void premain(String gate) throws Exception {
            Files.writeString(Path.of(gate, "pid"), Long.toString(Pid.here()));
            new Gate(gate).pass(WHO);
        }
    }

    private static Path agent(Path folder) throws IOException {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", SlowStart.class.getName());
        Path jar = folder.resolve("agent.jar");
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        return jar;
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("C-07, C-08, R-03: kill -9 of the caller of linked work ends work and runner, wherever the call is")
    void linked(Moment moment) throws Exception {
        killTheCaller(moment, true);
        assertEquals(moment == Moment.RESULT_SENT, Gate.in(folder).done("work"), "work that ran to its end");
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName(
            "C-07, R-03: kill -9 of the caller of unlinked work ends both within shutdownTimeout, whatever it does")
    void unlinked(Moment moment) throws Exception {
        killTheCaller(moment, false);
        boolean never = moment == Moment.QUEUED || moment == Moment.BOOTING;
        assertFalse(never && Gate.in(folder).begun("work"), "work that was never sent must not begin");
    }

    private void killTheCaller(Moment moment, boolean linked) throws Exception {
        var gate = Gate.in(folder);
        try (JavaProgram caller = JavaProgram.start(
                Doomed.class,
                moment.name(),
                Boolean.toString(linked),
                folder.toString(),
                agent(folder).toString())) {
            long pid = caller.handle().pid();
            long runner;
            if (moment == Moment.BOOTING) {
                gate.awaitBegun(SlowStart.WHO);
                runner = Long.parseLong(Files.readString(folder.resolve("pid")));
            } else {
                runner = Long.parseLong(caller.await("runner "));
            }
            if (moment == Moment.SENT) {
                Pid.freeze(runner); // what is sent now is not read before its sender's death
            }
            gate.tell("murderer");
            caller.await("now");
            if (moment == Moment.RESULT_SENT) {
                Pid.freeze(pid); // what is sent now is never read
                gate.open();
                gate.awaitBegun("result-sent");
            }
            assertFalse(Pid.ended(runner));
            caller.killHard();
            caller.status();
            if (moment == Moment.SENT) {
                Pid.thaw(runner);
            }
            if (moment == Moment.BOOTING) {
                gate.open();
            }
            Eventually.within(AT_MOST.plus(SHUTDOWN), "the runner is gone", () -> Pid.ended(runner));
            assertTrue(gate.begun("work") || moment != Moment.RUNNING);
            Eventually.soon(
                    "no folder of the dead caller is left",
                    () -> LeavesNothing.named(Path.of(System.getProperty("java.io.tmpdir"))).stream()
                            .noneMatch(path -> path.toString().contains("-" + pid + "-")));
        }
    }
}
