package dev.kiln.frame;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The first {@value #LENGTH} bytes of a parcel, big-endian:
 *
 * <pre>
 *  0  'K' 'P'         2 bytes
 *  2  version         1 byte, {@value #VERSION}
 *  3  codec           1 byte, how the body is written
 *  4  transfer        8 bytes, the sender's number for this message, 0 if nobody waits for it to be read
 * 12  body length     4 bytes
 * 16  manifest length 4 bytes
 * 20  checksum        4 bytes, CRC-32C of body and manifest
 * 24  checksum        4 bytes, CRC-32C of the above
 * 28  body, manifest
 * </pre>
 *
 * <p>The header has a checksum of its own so that a parcel whose body is damaged can be refused by its transfer number.
 *
 * @param codec one of the constants here
 * @param transfer the sender's number for this message, 0 for work
 * @param bodyLength in bytes
 * @param manifestLength in bytes
 * @param checksum CRC-32C of body and manifest
 */
record ParcelHeader(byte codec, long transfer, int bodyLength, int manifestLength, int checksum) {

    static final int LENGTH = 28;

    /** Java serialization, see docs/adr/0001-general-serializer.md. */
    static final byte JAVA = 1;

    /** The body is the value, bytes: a buffer over the parcel. */
    static final byte RAW = 2;

    private static final byte VERSION = 2;
    private static final int CHECKED = 24;

    /** Writes numbers, each at its place. */
    static void patch(byte[] parcel, List<Integer> places, List<Long> numbers) {
        ByteBuffer bytes = ByteBuffer.wrap(parcel);
        for (int i = 0; i < places.size(); i++) {
            bytes.putLong(places.get(i), numbers.get(i));
        }
    }

    /** Writes the header of a parcel that is complete but for that. */
    static void seal(byte[] parcel, byte codec, long transfer, int bodyLength) {
        ByteBuffer bytes = ByteBuffer.wrap(parcel);
        bytes.put((byte) 'K').put((byte) 'P').put(VERSION).put(codec).putLong(transfer);
        bytes.putInt(bodyLength).putInt(parcel.length - LENGTH - bodyLength);
        bytes.putInt(checksum(parcel, LENGTH, parcel.length));
        bytes.putInt(checksum(parcel, 0, CHECKED));
    }

    /** A whole parcel without frames whose value is bytes. */
    static byte[] raw(byte[] value) {
        byte[] parcel = new byte[LENGTH + value.length];
        System.arraycopy(value, 0, parcel, LENGTH, value.length);
        return sealedRaw(parcel);
    }

    /** The same where the value is in its place already, behind the first {@link #LENGTH} bytes. */
    static byte[] sealedRaw(byte[] parcel) {
        seal(parcel, RAW, 0, parcel.length - LENGTH);
        return parcel;
    }

    /**
     * @param parcel all of it, or its first {@value #LENGTH} bytes
     * @param length of all of it, in bytes
     * @throws Refusal if these bytes are no parcel, or one that this version cannot read, or its header is damaged
     */
    static ParcelHeader read(byte[] parcel, long length) {
        if (parcel.length < LENGTH || parcel[0] != 'K' || parcel[1] != 'P') {
            throw new Refusal("these " + length + " bytes are not a Kiln message");
        }
        if (parcel[2] != VERSION) {
            throw new Refusal("message version " + parcel[2] + " is unknown here, expected " + VERSION
                    + "; run the same Kiln version on both sides");
        }
        ByteBuffer bytes = ByteBuffer.wrap(parcel);
        if (bytes.getInt(CHECKED) != checksum(parcel, 0, CHECKED)) {
            throw new Refusal("the header is damaged");
        }
        var header =
                new ParcelHeader(parcel[3], bytes.getLong(4), bytes.getInt(12), bytes.getInt(16), bytes.getInt(20));
        if (header.bodyLength < 0
                || header.manifestLength < 0
                || (long) LENGTH + header.bodyLength + header.manifestLength != length) {
            throw new Refusal("the lengths in the header do not add up to " + length + " bytes");
        }
        return header;
    }

    /** @throws Refusal if body or manifest are not what was sent, or are written in a way unknown here */
    void check(byte[] parcel) {
        if (codec != JAVA && codec != RAW) {
            throw new Refusal("codec " + codec + " is unknown here; run the same Kiln version on both sides");
        }
        check(checksum(parcel, LENGTH, parcel.length));
    }

    /**
     * @param rest all behind the header
     * @throws Refusal if body or manifest are not what was sent
     */
    void check(Pieces rest) {
        check(rest.checksum());
    }

    private void check(int sum) {
        if (sum != checksum) {
            throw new Refusal("the message is damaged");
        }
    }

    private static int checksum(byte[] bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, to - from);
        return (int) crc.getValue();
    }
}
