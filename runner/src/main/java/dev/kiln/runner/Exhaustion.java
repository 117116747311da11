package dev.kiln.runner;

import dev.kiln.frame.spi.MemoryAlarm;
import java.lang.management.ManagementFactory;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is done about failures for want of memory that leave a closure. A JVM that has no heap left ends by itself, since a
 * runner's has {@code -XX:+ExitOnOutOfMemoryError}; memory that runs out in Java code, such as that of direct buffers, ends
 * the process here, as its other threads fail for want of it too, at places that nobody foresaw. Arrow's allocators and the
 * engine keep limits of their own and stay sound: only their call fails, and a line says so, in case that the process is
 * killed afterwards.
 *
 * <p>Where runners are not processes of their own nothing ends: the failure is the closure's. Any thread.
 */
final class Exhaustion {
    private static final String STAYS = "-XX:-ExitOnOutOfMemoryError";
    private static final String ARROW = "org.apache.arrow.memory.OutOfMemoryException";
    private static final Set<String> WHOLE_PROCESS = Set.of("direct", "native", "threads");

    private static volatile @Nullable Consumer<String> end;

    private Exhaustion() {}

    /** From now on this process ends when it has no memory: {@code how} takes which memory it was, and why. */
    static void ends(Consumer<String> how) {
        end = how;
        MemoryAlarm.watch(reason -> survived("engine: " + reason));
    }

    /** Looks at what a closure threw. Does not return if the process ends for it. */
    static void look(Throwable thrown) {
        Consumer<String> ending = end;
        if (ending == null) {
            return;
        }
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Throwable cause = thrown; cause != null && seen.add(cause); cause = cause.getCause()) {
            if (cause instanceof OutOfMemoryError && goesOnWithout(String.valueOf(cause.getMessage()))) {
                return;
            } else if (cause instanceof OutOfMemoryError) {
                String message = String.valueOf(cause.getMessage());
                ending.accept(RunnerStatus.memory(message) + ": " + message);
                while (true) {
                    LockSupport.park(); // the call has no outcome: its caller learns how the runner ended
                }
            } else if (cause.getClass().getName().equals(ARROW)) {
                survived("Arrow: " + cause.getMessage());
                return;
            }
        }
    }

    private static void survived(String what) {
        System.out.println(RunnerStatus.SAYS + RunnerStatus.SURVIVED + what);
    }

    /** A limit of one array is the closure's own; so is all that is left to the user who keeps a JVM without memory. */
    private static boolean goesOnWithout(String message) {
        List<String> options = ManagementFactory.getRuntimeMXBean().getInputArguments();
        return !WHOLE_PROCESS.contains(RunnerStatus.memory(message)) || options.contains(STAYS);
    }
}
