package dev.kiln.frame;

import dev.kiln.frame.spi.Reply;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.arrow.memory.ArrowBuf;

/** The bytes of a reply, read once, from the first to the last, and given back in the end. One thread. */
final class Pieces implements AutoCloseable {
    private final Reply reply;
    private final List<ByteBuffer> pieces;
    private int current;
    private long remaining;

    Pieces(Reply reply) {
        this.reply = reply;
        this.pieces = reply.pieces();
        this.remaining = reply.length();
    }

    static Pieces of(byte[] bytes) {
        return new Pieces(Reply.of(bytes));
    }

    /** How many bytes are left. */
    long remaining() {
        return remaining;
    }

    /** The next bytes, which stay the next ones: so many, or all if there are fewer. */
    ByteBuffer peek(int count) {
        int length = (int) Math.min(count, remaining);
        ByteBuffer first = current < pieces.size() ? pieces.get(current) : ByteBuffer.allocate(0);
        if (first.remaining() >= length) {
            return first.slice(first.position(), length);
        }
        ByteBuffer copy = ByteBuffer.allocate(length);
        for (int at = current; copy.hasRemaining(); at++) {
            ByteBuffer piece = pieces.get(at);
            copy.put(piece.slice(piece.position(), Math.min(piece.remaining(), copy.remaining())));
        }
        return copy.flip();
    }

    /** Leaves out so many bytes, which must be there. */
    void skip(int count) {
        read(count, part -> {});
    }

    /** Moves so many bytes, which must be there, to the beginning of a buffer. */
    void copyTo(ArrowBuf to, long count) {
        long before = remaining;
        read(count, part -> to.setBytes(before - remaining, part));
    }

    private interface Taker {
        void take(ByteBuffer part);
    }

    private void read(long count, Taker taker) {
        if (count > remaining) {
            throw new IllegalArgumentException(count + " bytes wanted where " + remaining + " are left");
        }
        long end = remaining - count;
        while (remaining > end) {
            ByteBuffer piece = pieces.get(current);
            int length = (int) Math.min(piece.remaining(), remaining - end);
            taker.take(piece.slice(piece.position(), length));
            piece.position(piece.position() + length);
            remaining -= length;
            current += piece.hasRemaining() ? 0 : 1;
        }
    }

    /** CRC-32C of what is left. */
    int checksum() {
        CRC32C crc = new CRC32C();
        pieces.subList(current, pieces.size()).forEach(piece -> crc.update(piece.duplicate()));
        return (int) crc.getValue();
    }

    @Override
    public void close() {
        reply.close();
    }
}
