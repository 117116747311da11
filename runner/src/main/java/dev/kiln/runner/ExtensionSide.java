package dev.kiln.runner;

import dev.kiln.frame.FrameSpace;
import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.spi.ParentCall;
import dev.kiln.runner.spi.RunnerSide;
import dev.kiln.runner.wire.Link;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.RunnerSettings;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What this runner shows of itself to its extension.
 *
 * @param frames its frame space, which is opened after the extension
 * @param objects what is placed on it
 */
record ExtensionSide(RunnerSettings settings, Link link, Supplier<FrameSpace> frames, Supplier<ObjectHost> objects)
        implements RunnerSide {

    @Override
    public boolean hosts(long object) {
        return objects.get().hosts(object);
    }

    @Override
    public @Nullable Object invoke(long object, String method, @Nullable Object[] arguments) throws Exception {
        return objects.get().invoke(new ObjectWork.Invoke(object, method, arguments));
    }

    @Override
    public String pool() {
        return settings.pool();
    }

    @Override
    public ProcessRef self() {
        return settings.self();
    }

    @Override
    public ProcessRef caller() {
        return settings.caller();
    }

    @Override
    public FrameSpace space() {
        return frames.get();
    }

    @Override
    public void send(Message message) {
        link.send(message);
    }

    @Override
    public Optional<ParentCall> current() {
        return Runner.CALL.isBound() && Runner.CALL.get() instanceof Execution execution
                ? Optional.of(execution.nesting())
                : Optional.empty();
    }
}
