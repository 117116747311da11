package dev.kiln.frame;

import dev.kiln.gc.ResourceId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How one asset crosses, as its parcel's manifest has it. */
sealed interface Entry {

    /** The data stays where it is: copies of it at these places, at least one. */
    record Reference(List<ResourceId> ids, Facts facts) implements Entry {
        public Reference {
            ids = List.copyOf(ids);
        }
    }

    /** A value that stays where it is; {@code type} is the name of its class. */
    record Value(ResourceId id, String type) implements Entry {}

    /** The data is in the manifest: Arrow's messages, encapsulated; {@code origin} as in {@link Facts}. */
    @SuppressWarnings("ArrayRecordComponent")
    record Inline(String origin, byte[] schema, List<byte[]> batches) implements Entry {}

    /**
     * The data is fetched from the sender when the message is read.
     *
     * @param number what to ask the sender for
     * @param pieces the parts to ask for, in order
     * @param image where to map the data, if that may be possible
     */
    record Offer(
            long number,
            Facts facts,
            List<Piece> pieces,
            @Nullable SharedTable image) implements Entry {}

    /**
     * Rows of one batch that are sent in one message.
     *
     * @param batch from 0
     * @param from in the batch, from 0
     * @param rows at least 1
     */
    record Piece(int batch, int from, int rows) {}
}
