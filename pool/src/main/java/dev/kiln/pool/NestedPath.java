package dev.kiln.pool;

import dev.kiln.frame.FrameSpace;
import dev.kiln.frame.spi.Scope;
import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.spi.ParentCall;
import dev.kiln.runner.spi.RunnerSide;
import dev.kiln.runner.wire.CallTerms.Kind;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The way of calls on a runner, as calls of the call on whose thread they are made.
 *
 * @param bringer the call whose work, or whose result, brought this view here: on threads of the work's own, calls are its
 *     calls as long as it runs
 */
record NestedPath(
        NestedDesk desk, RunnerSide runner, @Nullable ParentCall bringer) implements CallPath {
    private static final Wait NO_SLOT = () -> {};

    @Override
    public String pool() {
        return runner.pool();
    }

    @Override
    public Optional<ProcessRef> self() {
        return Optional.of(runner.self());
    }

    @Override
    public FrameSpace space() {
        return runner.space();
    }

    private @Nullable ParentCall parent() {
        return runner.current().orElse(bringer != null && bringer.running() ? bringer : null);
    }

    @Override
    public OpenCall begin(Object work, CallOptions how, Kind kind) {
        return begin(work, how, kind, 0);
    }

    /** The same for a placed object, 0 for none. */
    OpenCall begin(Object work, CallOptions how, Kind kind, long object) {
        CallOptions inBatch =
                how.batch().isEmpty() && Scope.bound() instanceof NestedBatch batch ? how.inBatch(batch.id()) : how;
        return desk.begin(parent(), work, inBatch.terms(kind).about(object));
    }

    @Override
    public boolean take(OpenCall call) {
        return desk.take((NestedCall) call);
    }

    @Override
    public void withdraw(OpenCall call) {
        desk.withdraw((NestedCall) call);
    }

    @Override
    public PlacedObjects objects() {
        throw NestedPool.elsewhere(runner.pool(), "place objects");
    }

    @Override
    public Wait waiting(@Nullable OpenCall call) {
        ParentCall parent = parent();
        if (parent == null) {
            return NO_SLOT;
        }
        long id = call == null ? 0 : call.id();
        parent.waits(id);
        return () -> parent.goesOn(id);
    }
}
