package dev.kiln.frame;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * A frame's data in the process that has it, as that process told.
 *
 * @param id tells it from other data, as {@link Frame#id} and messages about it do; several handles may be on it
 * @param owner the process that has it: a runner's id
 * @param bytes of the data, wherever it is
 * @param privateBytes those that are in memory of the owner's alone
 * @param sharedBytes those that are in memory that other processes may map
 * @param spilled whether it is on disk, and so in neither memory
 * @param holders the processes that hold it or are about to receive it, by name
 * @param age since its owner made or received it
 * @param createdAt the line of the program that made it, if its pool looks for that
 */
public record FrameInfo(
        String id,
        String owner,
        Schema schema,
        long rows,
        long bytes,
        long privateBytes,
        long sharedBytes,
        boolean spilled,
        List<String> holders,
        Duration age,
        Optional<String> createdAt) {
    public FrameInfo {
        holders = List.copyOf(holders);
    }

    /** One line for people: what it is, how large and old, and where it was made if that is known. */
    @Override
    public String toString() {
        return id + ", " + rows + " rows, " + bytes + " bytes, " + age.toSeconds() + " s old, " + schema.getFields()
                + createdAt.map(line -> ", made at " + line).orElse("");
    }
}
