package dev.kiln.runner.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What one end of a session has to say. Messages wait, are cut into chunks that take turns, so that a small message never
 * waits for more than one chunk of each large one, and the chunks are kept until the other end has acknowledged them: as
 * references into their messages, not as copies. Over a new connection all that are kept go again, under the numbers and
 * with the bounds that they had.
 *
 * <p>Not thread-safe: the session's lock for sending guards it.
 *
 * <pre>
 *  waiting ──cut──▶ unwritten ──write──▶ written ──acknowledge──▶ gone
 *                       ▲                   │
 *                       └──── rewind ───────┘
 * </pre>
 */
final class Outbox {
    /** What may be on its way without being acknowledged; from there on nothing is cut. */
    static final int WINDOW_BYTES = 64 * 1024 * 1024;
    /** How many large messages take turns; below what an {@link Assembler} takes. */
    static final int MAX_BEGUN = 1024;

    private static final int STAGING_BYTES = 4096;
    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    private final Deque<Outgoing> waiting = new ArrayDeque<>();
    private final Deque<Outgoing> notBegun = new ArrayDeque<>(); // large ones for which the turns are too many already
    private int begun;
    private int messages;
    private @Nullable Chunk oldest;
    private @Nullable Chunk youngest;
    private @Nullable Chunk unwritten; // the first of the list that has not gone out over this connection
    private long unacknowledgedBytes;
    private long cut;
    private long acknowledged;
    private long toldReceived;
    private long heardBeatNanos;
    private boolean ackDue;
    private boolean askDue;
    private long askedFor = -1;

    // What the carrier is given: small chunks copied together, and then at most one large one, which is not copied.
    private final ByteBuffer staging = ByteBuffer.allocate(STAGING_BYTES).limit(0);
    private final ByteBuffer[] out = {staging, NONE, NONE};

    /** A message on its way and how much of it has been cut off already. */
    private static final class Outgoing {
        final MessageCodec.Encoded bytes;
        final int number;
        final boolean beat;
        final long sentNanos;
        int cut;

        Outgoing(MessageCodec.Encoded bytes, int number, boolean beat, long sentNanos) {
            this.bytes = bytes;
            this.number = number;
            this.beat = beat;
            this.sentNanos = sentNanos;
        }

        boolean isLarge() {
            return bytes.size() > ChunkReader.MAX_CHUNK_BYTES;
        }
    }

    /** A piece of a message, in the order of their numbers. */
    private static final class Chunk {
        final Outgoing message;
        final int offset;
        final int length;
        final long number;
        long writtenNanos; // of large ones, over the youngest connection that took them; 0 before

        @Nullable
        Chunk next;

        Chunk(Outgoing message, int offset, int length, long number) {
            this.message = message;
            this.offset = offset;
            this.length = length;
            this.number = number;
        }

        boolean isLast() {
            return offset + length == message.bytes.size();
        }
    }

    /** @param heardBeatNanos what {@link #heardBeatNanos} is until a beat is acknowledged */
    Outbox(long heardBeatNanos) {
        this.heardBeatNanos = heardBeatNanos;
    }

    void add(MessageCodec.Encoded message) {
        add(new Outgoing(message, messages++, false, 0));
    }

    /** Adds a small message that counts for {@link #heardBeatNanos}. */
    void addBeat(MessageCodec.Encoded message, long sentNanos) {
        add(new Outgoing(message, messages++, true, sentNanos));
    }

    private void add(Outgoing message) {
        // Only what may be overtaken is put off. Those that are put off go among themselves in the order they came.
        if (message.isLarge() && message.bytes.overtakable()) {
            if (begun == MAX_BEGUN) {
                notBegun.add(message);
                return;
            }
            begun++;
        }
        waiting.add(message);
    }

    /** The next chunk to write, which is then the last of the list, or null if there is none or too much is on its way. */
    private @Nullable Chunk cutNext() {
        Outgoing message = waiting.peek();
        if (message == null) {
            return null;
        }
        int length = Math.min(ChunkReader.MAX_CHUNK_BYTES, message.bytes.size() - message.cut);
        if (unacknowledgedBytes + length > WINDOW_BYTES) {
            return null;
        }
        waiting.remove();
        var chunk = new Chunk(message, message.cut, length, ++cut);
        message.cut += length;
        unacknowledgedBytes += length;
        if (youngest == null) {
            oldest = chunk;
        } else {
            youngest.next = chunk;
        }
        youngest = chunk;
        if (chunk.isLast()) {
            ended(message);
        } else if (message.bytes.overtakable()) {
            waiting.addLast(message);
        } else {
            waiting.addFirst(message);
        }
        return chunk;
    }

    private void ended(Outgoing message) {
        if (message.isLarge() && message.bytes.overtakable()) {
            Outgoing next = notBegun.poll();
            if (next == null) {
                begun--;
            } else {
                waiting.addLast(next); // in the place of the one that has ended
            }
        }
    }

    /**
     * Writes as much as the carrier takes.
     *
     * @param received the number of the last chunk that arrived here, to be told along
     * @return false if the carrier is full: call again when it is writable
     */
    boolean write(Carrier carrier, long received) throws IOException {
        while (true) {
            if (remaining() == 0 && !stage(received)) {
                return true;
            }
            if (!carrier.write(out)) {
                return false;
            }
        }
    }

    private int remaining() {
        return staging.remaining() + out[1].remaining() + out[2].remaining();
    }

    /** Prepares what is written next; false if there is nothing. */
    private boolean stage(long received) {
        staging.clear();
        out[1] = NONE;
        out[2] = NONE;
        boolean large = false;
        while (!large && staging.remaining() >= ChunkReader.HEADER_BYTES) {
            Chunk next = unwritten != null ? unwritten : cutNext();
            if (next == null) {
                break;
            }
            large = next.length > STAGING_BYTES / 4;
            if (!large && staging.remaining() < ChunkReader.HEADER_BYTES + next.length) {
                unwritten = next; // it opens the next round
                break;
            }
            unwritten = next.next;
            put(next, received, large);
        }
        stageControl(received);
        if (staging.position() > 0) {
            toldReceived = received; // every header tells it
            ackDue = false;
        }
        staging.flip();
        return staging.hasRemaining();
    }

    private void put(Chunk chunk, long received, boolean large) {
        byte[] head = chunk.message.bytes.head();
        byte[] payload = chunk.message.bytes.payload();
        int fromHead = Math.clamp(head.length - chunk.offset, 0, chunk.length);
        int payloadStart = Math.max(0, chunk.offset - head.length);
        byte kind = chunk.isLast() ? ChunkReader.LAST : ChunkReader.PART;
        ChunkReader.putHeader(staging, chunk.length, chunk.message.number, kind, chunk.number, received);
        if (large) {
            chunk.writtenNanos = System.nanoTime();
            out[1] = fromHead == 0 ? NONE : ByteBuffer.wrap(head, chunk.offset, fromHead);
            out[2] = ByteBuffer.wrap(payload, payloadStart, chunk.length - fromHead);
        } else {
            if (fromHead > 0) {
                staging.put(head, chunk.offset, fromHead);
            }
            staging.put(payload, payloadStart, chunk.length - fromHead);
        }
    }

    /** A large chunk's body follows its header at once, so there is nothing else in a round that ends with one. */
    private void stageControl(long received) {
        if (out[2].hasRemaining() || out[1].hasRemaining() || staging.remaining() < ChunkReader.HEADER_BYTES) {
            return;
        }
        if (askDue) {
            askDue = false;
            ChunkReader.putHeader(staging, 0, 0, ChunkReader.ASK, 0, received);
        } else if (ackDue && staging.position() == 0) {
            ChunkReader.putHeader(staging, 0, 0, ChunkReader.ACK, 0, received);
        }
    }

    /** The other end is to learn what arrived here, with the next write, whatever else that writes. */
    void acknowledgeSoon() {
        ackDue = true;
    }

    /** What the other end was told last, over this connection, to have arrived here. */
    long toldReceived() {
        return toldReceived;
    }

    /** Whether all that was added is acknowledged. */
    boolean isEmpty() {
        return waiting.isEmpty() && oldest == null;
    }

    /** Has the other end asked to acknowledge all, unless it was asked for that before, or not all is cut yet. */
    void ask() {
        if (waiting.isEmpty() && askedFor != cut) {
            askedFor = cut;
            askDue = true;
        }
    }

    /** When the youngest of what is acknowledged was sent, of beats and large chunks. */
    long heardBeatNanos() {
        return heardBeatNanos;
    }

    private void heardAt(long nanos) {
        heardBeatNanos = nanos - heardBeatNanos > 0 ? nanos : heardBeatNanos;
    }

    /** What is on its way, in bytes. */
    long unacknowledgedBytes() {
        return unacknowledgedBytes;
    }

    /**
     * All chunks up to this number have arrived at the other end; a number of before changes nothing.
     *
     * @throws ProtocolViolation if there was no such chunk yet; nothing has changed then
     */
    void acknowledge(long number) {
        if (number > cut) {
            throw new ProtocolViolation("an acknowledgement of chunk " + number + " where " + cut + " were sent");
        }
        acknowledged = Math.max(acknowledged, number);
        while (oldest != null && oldest.number <= number) {
            Chunk gone = oldest;
            oldest = gone.next;
            unacknowledgedBytes -= gone.length;
            if (gone == unwritten) {
                unwritten = gone.next;
            }
            gone.next = null; // a chunk that has grown old must not take its successors along into the old generation
            // What goes again over another connection is acknowledged there only after it went there: the greeting had
            // told what arrived before. So the acknowledgement is of what was written at that time, or later.
            if (gone.writtenNanos != 0) {
                heardAt(gone.writtenNanos);
            } else if (gone.message.beat) {
                heardAt(gone.message.sentNanos);
            }
        }
        if (oldest == null) {
            youngest = null;
        }
    }

    /**
     * A new connection: what is kept goes again.
     *
     * @param number of the last chunk that arrived at the other end
     * @param received of the last one that arrived here, which the greeting has told
     * @throws ProtocolViolation if what it lacks is not kept any more, or it cannot have it; nothing has changed then
     */
    void rewind(long number, long received) {
        if (number < acknowledged) {
            throw new ProtocolViolation(
                    "a wish for chunk " + (number + 1) + " where " + acknowledged + " were acknowledged");
        }
        acknowledge(number);
        unwritten = oldest;
        forgetStaged();
        toldReceived = received;
        ackDue = false;
        askDue = false;
        askedFor = -1;
    }

    /** The session is over: the other end is told, if the carrier is between two chunks and takes it, and all is dropped. */
    void end(@Nullable Carrier carrier, long received) throws IOException {
        boolean between = remaining() == 0;
        waiting.clear();
        notBegun.clear();
        oldest = null;
        youngest = null;
        unwritten = null;
        unacknowledgedBytes = 0;
        if (carrier != null && between) {
            staging.clear();
            ChunkReader.putHeader(staging, 0, 0, ChunkReader.END, 0, received);
            staging.flip();
            boolean _ = carrier.write(out);
        }
        forgetStaged();
    }

    private void forgetStaged() {
        staging.limit(0);
        out[1] = NONE;
        out[2] = NONE;
    }
}
