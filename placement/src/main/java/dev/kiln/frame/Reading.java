package dev.kiln.frame;

import dev.kiln.frame.spi.Reply;
import dev.kiln.gc.ProcessRef;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads the parcels of other parties, or refuses them: either ends the holds that a parcel is. Any thread. */
final class Reading {

    private final FrameSpace space;
    private final SpaceOptions options;

    Reading(FrameSpace space, SpaceOptions options) {
        this.space = space;
        this.options = options;
    }

    /** See {@link FrameSpace#unpack}. */
    @Nullable
    Object read(byte[] bytes, ProcessRef sender) {
        return read(bytes, sender, BatchFetch::table);
    }

    /** @param offers reads what the parcel offers, which its sender keeps until this returns */
    @Nullable
    Object read(byte[] bytes, ProcessRef sender, Unpacking.OfferReader offers) {
        ParcelHeader header = header(bytes, bytes.length, sender);
        Unpacking frames = new Unpacking(space, sender, offers);
        try (frames) {
            header.check(bytes);
            if (header.codec() == ParcelHeader.RAW) {
                return ByteBuffer.wrap(bytes, ParcelHeader.LENGTH, header.bodyLength());
            }
            int manifest = ParcelHeader.LENGTH + header.bodyLength();
            frames.open(ManifestReader.read(bytes, manifest, header.manifestLength()));
            Object value = Codec.read(bytes, header.bodyLength(), frames, options.limits(), options.substitution());
            if (header.transfer() != 0) {
                space.elsewhere().arrived(sender, header.transfer(), frames.named());
            }
            return value;
        } catch (Throwable e) {
            frames.restart();
            refuse(header, sender);
            throw Codec.unreadable(e, sender);
        }
    }

    /** See {@link FrameSpace#bytesOf}. */
    @Nullable
    Pieces bytes(Reply answer, ProcessRef sender) {
        Pieces pieces = new Pieces(answer);
        byte[] start = new byte[pieces.peek(ParcelHeader.LENGTH).remaining()];
        pieces.peek(start.length).get(start);
        ParcelHeader header = header(start, pieces.remaining(), sender);
        if (header.codec() != ParcelHeader.RAW) {
            return null;
        }
        pieces.skip(start.length);
        try {
            header.check(pieces);
            return pieces;
        } catch (Refusal e) {
            throw Codec.unreadable(e, sender);
        }
    }

    /** @param start at least the header's bytes, if there are so many in all */
    private ParcelHeader header(byte[] start, long length, ProcessRef sender) {
        try {
            if (length > options.limits().bytes()) {
                throw new Refusal(length + " bytes are more than the limit of "
                        + options.limits().bytes());
            }
            return ParcelHeader.read(start, length);
        } catch (Refusal e) {
            throw Codec.unreadable(e, sender);
        }
    }

    /** See {@link FrameSpace#refuse}. */
    void refuse(byte[] bytes, ProcessRef sender) {
        try {
            refuse(ParcelHeader.read(bytes, bytes.length), sender);
        } catch (Refusal e) {
            return; // names no transfer: its holds, if it has any, end with this process's lease
        }
    }

    private void refuse(ParcelHeader header, ProcessRef sender) {
        if (header.transfer() != 0) {
            space.elsewhere().refused(sender, header.transfer());
        }
    }
}
