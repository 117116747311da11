package dev.kiln.gc;

import java.io.Serializable;

/**
 * Something that stays in one process and is named from others.
 *
 * @param owner where it is
 * @param number which one; an owner never gives a number to two resources
 */
public record ResourceId(ProcessRef owner, long number) implements Serializable {
    @Override
    public String toString() {
        return owner + "/" + number;
    }
}
