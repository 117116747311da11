package dev.kiln.runner.wire;

import dev.kiln.runner.wire.Message.Gc;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Messages to bytes and back: a type byte, the fields, and at the end the payload, if the message has one, which is not
 * copied on the way out. Pure; any thread.
 */
final class MessageCodec {
    /**
     * The bytes of one message: head and payload follow each other on the wire.
     *
     * @param overtakable whether messages sent later may pass while this one leaves in chunks
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Encoded(byte[] head, byte[] payload, boolean overtakable) {
        int size() {
            return Math.addExact(head.length, payload.length);
        }
    }

    /** The longest message: an array of the JVM, which its reader makes of it. */
    static final int MAX_MESSAGE_BYTES = Integer.MAX_VALUE - 64;

    private MessageCodec() {}

    /** @throws IllegalArgumentException if it is longer than {@link #MAX_MESSAGE_BYTES} */
    static Encoded encode(Message message) {
        var bytes = new ByteArrayOutputStream(64);
        try {
            byte[] payload = MessageWriter.write(message, new DataOutputStream(bytes));
            if ((long) bytes.size() + payload.length > MAX_MESSAGE_BYTES) {
                throw new IllegalArgumentException("a " + message.getClass().getSimpleName() + " of "
                        + ((long) bytes.size() + payload.length) + " bytes where " + MAX_MESSAGE_BYTES
                        + " are allowed");
            }
            // What must not be overtaken: a hold that is told before the result which lets its receiver drop the frame.
            return new Encoded(bytes.toByteArray(), payload, !(message instanceof Gc));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // the stream is an array: only a string over 64 KiB gets here
        }
    }

    /**
     * Reads one message from all of {@code bytes}.
     *
     * @throws ProtocolViolation if they are not exactly one message of this version
     */
    static Message decode(byte[] bytes) {
        Chunks whole = new Chunks(new Bodies()); // which stay the caller's
        whole.add(bytes);
        return decode(whole);
    }

    /**
     * The same from chunks. Nothing of the message refers to what the bytes were in: the payload is copied once, into an array of
     * its own. Only an answer is not copied: its reply has the chunks.
     */
    static Message decode(Chunks bytes) {
        var in = new DataInputStream(bytes);
        int length = bytes.available();
        try {
            Message message = MessageReader.read(in, bytes);
            if (in.available() > 0) {
                throw new ProtocolViolation(in.available() + " bytes too many after a "
                        + message.getClass().getSimpleName());
            }
            return message;
        } catch (IOException | IllegalArgumentException e) {
            throw new ProtocolViolation("a message of " + length + " bytes cannot be read: " + e, e);
        }
    }
}
