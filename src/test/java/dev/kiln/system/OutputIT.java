package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.pool.Pool;
import dev.kiln.pool.RunnerLost;
import java.io.File;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What closures print, seen in the log of a caller that has no other log than the JDK's. */
@ExtendWith(LeavesNothing.class)
class OutputIT {
    private static final int FLOOD = 300_000;

    private static JavaProgram start(Class<?> main, String... options) throws Exception {
        String classPath = Arrays.stream(JavaProgram.classPath().split(File.pathSeparator, -1))
                .filter(entry -> !entry.contains("jboss") && !entry.contains("quarkus-bootstrap"))
                .collect(Collectors.joining(File.pathSeparator));
        List<String> all = new java.util.ArrayList<>(List.of(options));
        all.addAll(List.of("-cp", classPath, main.getName()));
        return JavaProgram.start(all, List.of());
    }

    /** Prints in all the ways there are. */
    static final class Talkative {
        public static void main(String[] arguments) {
            try (Pool pool = Pool.named("talk").max(1).open()) {
                pool.call(() -> {
                    System.out.println("to out");
                    System.err.println("to err");
                    System.out.printf("%d per cent%n", 100);
                    Logger.getLogger("there").warning("by JUL");
                    System.getLogger("there").log(System.Logger.Level.ERROR, "by System.Logger");
                    System.out.println("y".repeat(20_000) + "end");
                    System.out.print("no end of line");
                    return 1;
                });
                System.out.println("returned");
                pool.call(() -> {
                    var beside = new Thread(() -> System.out.println("by nobody's thread"));
                    beside.start();
                    beside.join();
                    return 1;
                });
                try {
                    pool.call(() -> {
                        System.out.println("before a failure");
                        throw new IllegalStateException("as is to be");
                    });
                } catch (RuntimeException e) {
                    System.out.println("failed");
                }
                try {
                    pool.call(() -> {
                        System.out.println("last words");
                        Runtime.getRuntime().halt(9);
                        return 1;
                    });
                } catch (RunnerLost e) {
                    System.out.println("lost " + e.exit().lastLines());
                }
            }
        }
    }

    @Test
    @DisplayName("C-09: what a call prints or logs reaches the caller's log, with runner and call, before it returns")
    void allWays() throws Exception {
        try (JavaProgram caller = start(Talkative.class)) {
            String lost = caller.await("lost ");
            assertTrue(lost.contains("last words"), lost);
            assertEquals(0, caller.status());
            String output = caller.output();
            String first = output.substring(0, output.indexOf("\nreturned"));
            for (String line : List.of(
                    "to out",
                    "to err",
                    "100 per cent",
                    "WARNING: by JUL",
                    "SEVERE: by System.Logger",
                    "no end of line")) {
                assertTrue(first.contains("INFO: [talk-1 call 1] " + line), () -> line + " in\n" + output);
            }
            assertTrue(first.contains("y".repeat(4_000) + "end"), "a long line comes in pieces");
            assertTrue(output.contains("[talk-1] by nobody's thread"), output);
            assertTrue(
                    output.indexOf("[talk-1 call 3] before a failure") < output.indexOf("\nfailed"),
                    "before a failed call returns too");
            assertTrue(!output.contains("SLF4J"), output);
        }
    }

    /** Prints more than fits into memory, and counts what arrives. */
    static final class Flooded {
        private static final AtomicLong LINES = new AtomicLong();

        public static void main(String[] arguments) {
            Logger log = Logger.getLogger("dev.kiln.runner.output");
            log.setUseParentHandlers(false);
            log.addHandler(new Handler() {
                @Override
                public void publish(LogRecord entry) {
                    Object[] parts = entry.getParameters(); // what the caller is too slow for comes without a call
                    if (String.valueOf(parts[parts.length - 1]).endsWith("zzz")) {
                        LINES.incrementAndGet();
                    }
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            });
            String line = "z".repeat(300);
            try (Pool pool =
                    Pool.named("flood").max(1).jvmOptions(List.of("-Xmx32m")).open()) {
                pool.call(() -> 1);
                long start = System.nanoTime();
                pool.call(() -> {
                    for (int i = 0; i < FLOOD; i++) {
                        System.out.println(line);
                    }
                    return 1;
                });
                System.out.println("counted " + LINES + " in " + (System.nanoTime() - start) / 1_000_000 + " ms");
            }
        }
    }

    @Test
    @DisplayName("C-09: a closure that prints 100 MB exhausts neither side, and no line of it is lost")
    void flood() throws Exception {
        try (JavaProgram caller = start(Flooded.class, "-Xmx32m")) {
            String counted = caller.await("counted ");
            System.out.println("flood: " + counted);
            assertTrue(counted.startsWith(FLOOD + " "), counted);
            assertEquals(0, caller.status());
        }
    }
}
