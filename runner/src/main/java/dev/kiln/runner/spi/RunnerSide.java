package dev.kiln.runner.spi;

import dev.kiln.frame.FrameSpace;
import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.wire.Message;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A runner as its {@link RunnerExtension} sees it. Any thread. */
public interface RunnerSide {

    /** The name of the pool that it belongs to. */
    String pool();

    /** The party that it is. */
    ProcessRef self();

    /** The party that it works for. */
    ProcessRef caller();

    /** Its frames, by which what it sends is packed and what it gets is read. */
    FrameSpace space();

    /** Sends a message to the caller. Never blocks. */
    void send(Message message);

    /** Whether the placed object of that number is on this runner. */
    boolean hosts(long object);

    /**
     * Calls a method of an object that is on this runner, in its turn, on this thread. Arguments and result are copies, as if
     * they had crossed.
     *
     * @param method its name and the types of what it takes and gives, as {@code ObjectWork.Invoke} writes them
     * @throws Exception what the method threw
     */
    @Nullable
    Object invoke(long object, String method, @Nullable Object[] arguments) throws Exception;

    /** The call on whose thread this is. */
    Optional<ParentCall> current();
}
