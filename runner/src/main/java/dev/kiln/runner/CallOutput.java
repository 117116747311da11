package dev.kiln.runner;

import dev.kiln.runner.wire.Message.Output;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** What one call prints: two streams that are cut into lines, which go to the caller's log. Any thread. */
final class CallOutput {
    /** Bound on a call's thread, and on the threads that inherit its scoped values. */
    static final ScopedValue<CallOutput> CURRENT = ScopedValue.newInstance();

    private final long call;
    private final OutputWindow window;
    private @Nullable LineStream out; // guarded by this, as is the other
    private @Nullable LineStream err;

    CallOutput(long call, OutputWindow window) {
        this.call = call;
        this.window = window;
    }

    /** The stream that takes what the call prints to System.out or, if {@code error}, to System.err. */
    synchronized PrintStream stream(boolean error) {
        LineStream lines = error ? err : out;
        if (lines == null) {
            lines = new LineStream(line -> window.send(new Output(call, error, line)));
            if (error) {
                err = lines;
            } else {
                out = lines;
            }
        }
        return lines.printer();
    }

    /** Sends what was printed without an end of line. */
    void finish() {
        LineStream first;
        LineStream second;
        synchronized (this) {
            first = out;
            second = err;
        }
        if (first != null) {
            first.finish();
        }
        if (second != null) {
            second.finish();
        }
    }
}
