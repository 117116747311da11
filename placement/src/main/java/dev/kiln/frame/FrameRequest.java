package dev.kiln.frame;

import dev.kiln.gc.ProcessRef;
import java.io.Serializable;
import java.util.List;
import java.util.Set;

/**
 * What one party asks another about frames. Plans travel in frames, so that their data is held while they are on their
 * way. The answer is a parcel with the value named here, or with an exception.
 */
sealed interface FrameRequest extends Serializable {

    /**
     * Run the plan and keep the result. Answer: a frame, by reference.
     *
     * @param origin where in the code that is asked; see {@link Origins}
     */
    record Compute(Frame frame, String origin) implements FrameRequest {}

    /** Run the plan and send the result. Answer: a frame, by value. */
    record Collect(Frame frame) implements FrameRequest {}

    /** Tell the schema of the plan's result. Answer: Arrow's schema message, encapsulated. */
    record Describe(Frame frame) implements FrameRequest {}

    /** Run the plan into a file of the asked party's machine. Answer: the number of rows, a Long. */
    record Write(Frame frame, Format format, String file) implements FrameRequest {}

    /** Tell the first rows of the plan's result as text. Answer: a String. */
    record Preview(Frame frame, int rows) implements FrameRequest {}

    /**
     * Send rows of one batch of a table. Answer: Arrow's record batch message, encapsulated.
     *
     * @param number of the table at its owner
     * @param batch from 0
     * @param fromRow in the batch, from 0
     * @param rows how many
     */
    record Pull(long number, int batch, int fromRow, int rows) implements FrameRequest {}

    /**
     * Keep this data, which may be the asker's, or anybody's. Answer: the same frames by reference, a List.
     *
     * @param pinners of each frame, in the same order, the processes for which it is to stay in memory
     */
    record Keep(List<Frame> frames, List<Set<ProcessRef>> pinners) implements FrameRequest {
        public Keep {
            frames = List.copyOf(frames);
            pinners = List.copyOf(pinners);
            if (frames.size() != pinners.size()) {
                throw new IllegalArgumentException(
                        pinners.size() + " sets of pinners for " + frames.size() + " frames");
            }
        }
    }

    /**
     * What you hold of the asker is elsewhere from now on: let go of it there. Answer: null.
     *
     * @param numbers of the tables at the asker
     * @param places the same data by reference, in the same order
     */
    record Moved(List<Long> numbers, List<Frame> places) implements FrameRequest {
        public Moved {
            numbers = List.copyOf(numbers);
            places = List.copyOf(places);
            if (numbers.size() != places.size()) {
                throw new IllegalArgumentException(numbers.size() + " numbers for " + places.size() + " frames");
            }
        }
    }

    /** Keep the frame's data in memory for me, or do so no longer. Answer: whether it is pinned for the asker now, a Boolean. */
    record Pin(Frame frame, boolean on) implements FrameRequest {}

    /** Put what you have of this data on disk. Answer: how many bytes of it are there now, a Long. */
    record Spill(List<Frame> frames) implements FrameRequest {
        public Spill {
            frames = List.copyOf(frames);
        }
    }

    /** Take all messages of the hold protocol that came before. Answer: null. */
    record Settle() implements FrameRequest {}

    /** Tell what others hold of you. Answer: a List of {@link Inventory.Item}. */
    record TakeInventory() implements FrameRequest {}

    /** Tell who could keep copies of data. Answer: a List of {@link dev.kiln.gc.ProcessRef}, best first. */
    record Hosts() implements FrameRequest {}
}
