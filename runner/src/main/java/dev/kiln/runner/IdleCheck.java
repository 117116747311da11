package dev.kiln.runner;

import dev.kiln.frame.FrameSpace;
import dev.kiln.gc.ProcessRef;

/** Whether an idle runner may go, as the pool's user sees it. */
final class IdleCheck {
    private static final System.Logger LOG = System.getLogger(RunnerNode.class.getName());

    private IdleCheck() {}

    /** Runs the user's check, if there is one, on this thread. */
    static boolean allows(byte[] check, FrameSpace space, ProcessRef caller) {
        if (check.length == 0) {
            return true;
        }
        try {
            return space.unpack(check, caller) instanceof RemoteCallable<?> callable
                    && Boolean.TRUE.equals(callable.call());
        } catch (Exception | Error e) { // the user's code: without an answer the runner would be killed
            LOG.log(System.Logger.Level.WARNING, "the idle check failed; the runner stays", e);
            return false;
        }
    }
}
