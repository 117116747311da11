package dev.kiln.gc;

import java.io.Serializable;

/**
 * One life of one process.
 *
 * @param name what the process is called across its lives, not blank
 * @param incarnation tells one life from the next: it grows from each life of a name to the next, so of two the smaller
 *     is over
 */
public record ProcessRef(String name, long incarnation) implements Serializable {
    public ProcessRef {
        if (name.isBlank()) {
            throw new IllegalArgumentException("the name of a process must not be blank, was '" + name + "'");
        }
    }

    @Override
    public String toString() {
        return name + "#" + incarnation;
    }
}
