package dev.kiln.pool;

import dev.kiln.frame.FrameSpace;
import dev.kiln.runner.ObjectMoved;
import dev.kiln.runner.ObjectWork.Invoke;
import dev.kiln.runner.spi.RunnerSide;
import dev.kiln.runner.wire.CallTerms.Kind;
import org.jspecify.annotations.Nullable;

/**
 * A placed object as work on a runner sees it. Where it is on this very runner it is called here, in its turn; else its
 * methods are calls into the pool, which knows where it is.
 */
record ObjectView(RunnerSide runner, NestedPath path, long number, Class<?> type) implements ObjectTarget {

    @Override
    public FrameSpace space() {
        return path.space();
    }

    @Override
    public @Nullable Object call(Invoke work) throws Exception {
        while (true) {
            try {
                return runner.hosts(number) ? runner.invoke(number, work.method(), work.arguments()) : elsewhere(work);
            } catch (ObjectMoved e) {
                // In this very moment, before it was called: the pool knows where it is next, or why it is nowhere.
            } catch (CallFailed e) {
                if (!(e.getCause() instanceof ObjectMoved)) {
                    throw e;
                }
            }
        }
    }

    private @Nullable Object elsewhere(Invoke work) {
        return new CallDesk(path).<@Nullable Object>await(path.begin(work, CallOptions.DEFAULT, Kind.CALL, number));
    }

    @Override
    public String toString() {
        return "object " + number + " (" + type.getSimpleName() + ") of pool " + path.pool();
    }
}
