package dev.kiln.gc;

import java.util.Objects;

/**
 * Owner to holder: memory is short here, so let go of what nobody can reach any more: run your garbage collector, soon. A wish:
 * nothing depends on whether it arrives, or how often.
 *
 * @param owner who asks
 */
public record Collect(ProcessRef owner) implements GcMessage {

    public Collect {
        Objects.requireNonNull(owner, "owner");
    }
}
