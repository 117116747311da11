package dev.kiln.runner.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Reads messages from bytes without a session: what is numbered must come in order, and once. */
final class Inbound {
    final List<Message> messages = new ArrayList<>();
    long received;
    long acknowledged;
    int asks;
    boolean ended;

    private final ChunkReader reader = new ChunkReader(ChunkReader.MAX_CHUNK_BYTES, Bodies.SHARED);
    private final Assembler assembler = new Assembler(MessageCodec.MAX_MESSAGE_BYTES, Bodies.SHARED);

    void feed(ByteBuffer in) {
        while (reader.next(in)) {
            acknowledged = Math.max(acknowledged, reader.received());
            switch (reader.kind()) {
                case ChunkReader.PART, ChunkReader.LAST -> {
                    if (reader.number() != ++received) {
                        throw new AssertionError("chunk " + reader.number() + " where " + received + " was due");
                    }
                    Chunks whole = assembler.add(reader.message(), reader.kind() == ChunkReader.LAST, reader.body());
                    if (whole != null) {
                        messages.add(MessageCodec.decode(whole));
                    }
                }
                case ChunkReader.GREETING -> messages.add(MessageCodec.decode(reader.body()));
                case ChunkReader.ASK -> asks++;
                case ChunkReader.END -> ended = true;
                default -> {}
            }
        }
    }
}
