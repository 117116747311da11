package dev.kiln.runner.spi;

import dev.kiln.frame.FrameSpace;
import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.wire.Message;
import java.util.Optional;

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

    /** The call on whose thread this is. */
    Optional<ParentCall> current();
}
