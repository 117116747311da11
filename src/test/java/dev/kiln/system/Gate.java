package dev.kiln.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A gate before which work waits, whatever process it runs in, and a trace of who came there and who went through. Crosses
 * by value: it is the name of a folder.
 */
record Gate(String folder) {
    private static final long LOOK_MILLIS = 10;

    static Gate in(Path folder) {
        return new Gate(folder.toString());
    }

    private Path file(String name) {
        return Path.of(folder, name);
    }

    /** Waits here until the gate is open; an interrupt ends the wait. @return the process that waited */
    long pass(String who) throws IOException, InterruptedException {
        mark(who + ".begun");
        while (!Files.exists(file("open"))) {
            if (new CountDownLatch(1).await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("nobody counts down");
            }
        }
        mark(who + ".done");
        return Pid.here();
    }

    /** Ends by itself after a while; an interrupt ends it earlier, and undone. */
    void loiter(String who, Duration time) throws IOException, InterruptedException {
        mark(who + ".begun");
        if (new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("nobody counts down");
        }
        mark(who + ".done");
    }

    /** Never ends by itself, and does not mind being interrupted: native code can be like that. */
    long ignoreInterrupts(String who) throws IOException {
        mark(who + ".begun");
        while (true) {
            Thread.onSpinWait();
        }
    }

    private void mark(String name) throws IOException {
        Files.createFile(file(name));
    }

    void open() {
        once("open");
    }

    /** Leaves the trace of one who has begun, for {@link #awaitBegun}. */
    void tell(String who) {
        once(who + ".begun");
    }

    private void once(String name) {
        try {
            mark(name);
        } catch (FileAlreadyExistsException e) {
            // It is so already.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean begun(String who) {
        return Files.exists(file(who + ".begun"));
    }

    boolean done(String who) {
        return Files.exists(file(who + ".done"));
    }

    void awaitBegun(String who) {
        Eventually.soon(who + " has begun", () -> begun(who));
    }
}
