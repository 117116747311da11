package dev.kiln.frame;

import dev.kiln.gc.ProcessRef;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the parcels for other parties, and sees to it that what they name is held until they are read. Any thread. */
final class Writing {

    private final FrameSpace space;
    private final SpaceOptions options;

    Writing(FrameSpace space, SpaceOptions options) {
        this.space = space;
        this.options = options;
    }

    /** @param lasting whether it may be read after this process has ended */
    Parcel pack(
            @Nullable Object value,
            String label,
            Packing.Way way,
            long inlineUpTo,
            @Nullable ProcessRef receiver,
            boolean lasting) {
        ByteBuilder out = new ByteBuilder();
        out.write(new byte[ParcelHeader.LENGTH], 0, ParcelHeader.LENGTH);
        try (var packing = new Packing(space, way, inlineUpTo, lasting, Set.of())) {
            Codec.write(value, label, out, packing, options.substitution());
            if (lasting) {
                lend(packing.owners(), receiver);
            }
            Parcel parcel = packing.finish(out, receiver);
            if (receiver != null) {
                // Before the result: when its receiver has it, it drops the work, and with it the hold under which this
                // party got to know what it now holds itself.
                space.elsewhere().flush();
            }
            return parcel;
        }
    }

    /** A message that names what others own leaves when they know, or its receiver might find it freed if this party ends. */
    private void lend(Set<ProcessRef> owners, @Nullable ProcessRef receiver) {
        for (ProcessRef owner : owners) {
            if (!owner.equals(space.self()) && !owner.equals(receiver)) {
                space.elsewhere().flush();
                space.client().settle(owner);
            }
        }
    }
}
