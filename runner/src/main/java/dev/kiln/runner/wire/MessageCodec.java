package dev.kiln.runner.wire;

import dev.kiln.gc.Acknowledged;
import dev.kiln.gc.GcMessage;
import dev.kiln.gc.ProcessRef;
import dev.kiln.gc.Update;
import dev.kiln.runner.wire.Message.*;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages to bytes and back: a type byte, the fields, and at the end the payload, if the message has one, which is not
 * copied on the way out. Pure; any thread.
 */
final class MessageCodec {
    private static final byte[] NOTHING = {};
    private static final int LONGEST_LINE = 16_000;
    private static final List<Ending> ENDINGS = List.of(Ending.TIMED_OUT, Ending.CANCELLED, Ending.NOT_TAKEN);

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

    private MessageCodec() {}

    static Encoded encode(Message message) {
        var bytes = new ByteArrayOutputStream(64);
        try {
            byte[] payload = write(message, new DataOutputStream(bytes));
            // What must not be overtaken: a hold that is told before the result which lets its receiver drop the frame.
            return new Encoded(bytes.toByteArray(), payload, !(message instanceof Gc));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // the stream is an array: only a string over 64 KiB gets here
        }
    }

    private static byte[] write(Message message, DataOutputStream out) throws IOException {
        return switch (message) {
            case Hello m -> {
                out.writeByte(1);
                out.writeInt(m.wireVersion());
                out.writeUTF(m.runner());
                writeBytes(out, m.token());
                out.writeUTF(m.kilnVersion());
                out.writeUTF(m.jdk());
                out.writeUTF(m.codec());
                out.writeUTF(m.buildId());
                out.writeLong(m.pid());
                out.writeLong(m.startedAtMillis());
                out.writeUTF(m.host());
                yield NOTHING;
            }
            case Welcome m -> {
                out.writeByte(2);
                writeBytes(out, m.proof());
                writeSettings(out, m.settings());
                yield NOTHING;
            }
            case Rejected m -> {
                out.writeByte(3);
                out.writeUTF(line(m.reason()));
                yield NOTHING;
            }
            case Execute m -> {
                out.writeByte(4);
                out.writeLong(m.call());
                out.writeBoolean(m.linked());
                out.writeLong(m.timeoutMillis());
                yield m.work();
            }
            case Cancel m -> {
                out.writeByte(5);
                out.writeLong(m.call());
                yield NOTHING;
            }
            case Returned m -> {
                out.writeByte(6);
                out.writeLong(m.call());
                out.writeBoolean(m.holdsSlot());
                yield m.result();
            }
            case Threw m -> {
                out.writeByte(7);
                out.writeLong(m.call());
                yield m.failure();
            }
            case Ended m -> {
                out.writeByte(8);
                out.writeLong(m.call());
                out.writeByte(ENDINGS.indexOf(m.ending()));
                out.writeBoolean(m.stopped());
                yield NOTHING;
            }
            case SlotFreed m -> {
                out.writeByte(9);
                out.writeLong(m.call());
                yield NOTHING;
            }
            case Ask m -> {
                out.writeByte(10);
                out.writeLong(m.id());
                writeProcess(out, m.from());
                writeProcess(out, m.to());
                yield m.request();
            }
            case Answer m -> {
                out.writeByte(11);
                out.writeLong(m.id());
                writeProcess(out, m.from());
                writeProcess(out, m.to());
                yield m.reply();
            }
            case Unanswered m -> {
                out.writeByte(12);
                out.writeLong(m.id());
                writeProcess(out, m.to());
                out.writeUTF(line(m.reason()));
                yield NOTHING;
            }
            case CancelAsk m -> {
                out.writeByte(13);
                out.writeLong(m.id());
                writeProcess(out, m.from());
                writeProcess(out, m.to());
                yield NOTHING;
            }
            case Gc m -> {
                out.writeByte(14);
                writeProcess(out, m.to());
                writeGc(out, m.message());
                yield NOTHING;
            }
            case PeerGone m -> {
                out.writeByte(15);
                writeProcess(out, m.peer());
                out.writeUTF(line(m.cause()));
                yield NOTHING;
            }
            case Heartbeat m -> {
                out.writeByte(16);
                yield NOTHING;
            }
            case Status m -> {
                out.writeByte(17);
                out.writeInt(m.activeCalls());
                out.writeLong(m.residentCount());
                out.writeLong(m.residentBytes());
                yield NOTHING;
            }
            case Retire m -> {
                out.writeByte(18);
                yield m.check();
            }
            case RetireAnswer m -> {
                out.writeByte(19);
                out.writeBoolean(m.goes());
                yield NOTHING;
            }
            case Shutdown m -> {
                out.writeByte(20);
                out.writeLong(m.drainMillis());
                yield NOTHING;
            }
        };
    }

    /**
     * Reads one message from all of {@code bytes}.
     *
     * @throws ProtocolViolation if they are not exactly one message of this version
     */
    static Message decode(byte[] bytes) {
        var in = new DataInputStream(new ByteArrayInputStream(bytes));
        try {
            Message message = read(in);
            if (in.available() > 0) {
                throw new ProtocolViolation(in.available() + " bytes too many after a message of type " + bytes[0]);
            }
            return message;
        } catch (IOException | IllegalArgumentException e) {
            throw new ProtocolViolation("a message of " + bytes.length + " bytes cannot be read: " + e, e);
        }
    }

    private static Message read(DataInputStream in) throws IOException {
        int type = in.readByte();
        return switch (type) {
            case 1 ->
                new Hello(
                        in.readInt(),
                        in.readUTF(),
                        readBytes(in),
                        in.readUTF(),
                        in.readUTF(),
                        in.readUTF(),
                        in.readUTF(),
                        in.readLong(),
                        in.readLong(),
                        in.readUTF());
            case 2 -> new Welcome(readBytes(in), readSettings(in));
            case 3 -> new Rejected(in.readUTF());
            case 4 -> new Execute(in.readLong(), in.readBoolean(), in.readLong(), in.readAllBytes());
            case 5 -> new Cancel(in.readLong());
            case 6 -> new Returned(in.readLong(), in.readBoolean(), in.readAllBytes());
            case 7 -> new Threw(in.readLong(), in.readAllBytes());
            case 8 -> new Ended(in.readLong(), readEnding(in), in.readBoolean());
            case 9 -> new SlotFreed(in.readLong());
            case 10 -> new Ask(in.readLong(), readProcess(in), readProcess(in), in.readAllBytes());
            case 11 -> new Answer(in.readLong(), readProcess(in), readProcess(in), in.readAllBytes());
            case 12 -> new Unanswered(in.readLong(), readProcess(in), in.readUTF());
            case 13 -> new CancelAsk(in.readLong(), readProcess(in), readProcess(in));
            case 14 -> new Gc(readProcess(in), readGc(in));
            case 15 -> new PeerGone(readProcess(in), in.readUTF());
            case 16 -> new Heartbeat();
            case 17 -> new Status(in.readInt(), in.readLong(), in.readLong());
            case 18 -> new Retire(in.readAllBytes());
            case 19 -> new RetireAnswer(in.readBoolean());
            case 20 -> new Shutdown(in.readLong());
            default -> throw new ProtocolViolation("unknown message type " + type);
        };
    }

    /** Reasons are for people: what does not fit a line of the wire is cut. */
    private static String line(String text) {
        return text.length() <= LONGEST_LINE ? text : text.substring(0, LONGEST_LINE) + " …";
    }

    private static Ending readEnding(DataInputStream in) throws IOException {
        int number = in.readUnsignedByte();
        if (number >= ENDINGS.size()) {
            throw new ProtocolViolation("unknown ending " + number);
        }
        return ENDINGS.get(number);
    }

    private static void writeSettings(DataOutputStream out, RunnerSettings settings) throws IOException {
        out.writeUTF(settings.pool());
        writeProcess(out, settings.caller());
        writeProcess(out, settings.self());
        out.writeLong(settings.lease().toMillis());
        out.writeLong(settings.heartbeat().toMillis());
        out.writeLong(settings.grace().toMillis());
        out.writeLong(settings.shutdownTimeout().toMillis());
        out.writeBoolean(settings.placeFrames());
        out.writeBoolean(settings.sharedMemory());
        out.writeBoolean(settings.strictSlots());
    }

    private static RunnerSettings readSettings(DataInputStream in) throws IOException {
        return new RunnerSettings(
                in.readUTF(),
                readProcess(in),
                readProcess(in),
                Duration.ofMillis(in.readLong()),
                Duration.ofMillis(in.readLong()),
                Duration.ofMillis(in.readLong()),
                Duration.ofMillis(in.readLong()),
                in.readBoolean(),
                in.readBoolean(),
                in.readBoolean());
    }

    private static void writeGc(DataOutputStream out, GcMessage message) throws IOException {
        switch (message) {
            case Update update -> {
                out.writeByte(1);
                writeProcess(out, update.holder());
                out.writeLong(update.sequence());
                writeLongs(out, update.held());
                writeLongs(out, update.released());
                writeLongs(out, update.ended());
            }
            case Acknowledged acknowledged -> {
                out.writeByte(2);
                writeProcess(out, acknowledged.owner());
                writeProcess(out, acknowledged.holder());
                out.writeLong(acknowledged.upTo());
            }
        }
    }

    private static GcMessage readGc(DataInputStream in) throws IOException {
        int type = in.readByte();
        return switch (type) {
            case 1 -> new Update(readProcess(in), in.readLong(), readLongs(in), readLongs(in), readLongs(in));
            case 2 -> new Acknowledged(readProcess(in), readProcess(in), in.readLong());
            default -> throw new ProtocolViolation("unknown gc message type " + type);
        };
    }

    private static void writeProcess(DataOutputStream out, ProcessRef process) throws IOException {
        out.writeUTF(process.name());
        out.writeLong(process.incarnation());
    }

    private static ProcessRef readProcess(DataInputStream in) throws IOException {
        return new ProcessRef(in.readUTF(), in.readLong());
    }

    private static void writeLongs(DataOutputStream out, List<Long> values) throws IOException {
        out.writeInt(values.size());
        for (long value : values) {
            out.writeLong(value);
        }
    }

    private static List<Long> readLongs(DataInputStream in) throws IOException {
        int count = readCount(in, Long.BYTES);
        List<Long> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            values.add(in.readLong());
        }
        return values;
    }

    private static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] readBytes(DataInputStream in) throws IOException {
        return in.readNBytes(readCount(in, 1));
    }

    /** A count is believed only as far as the bytes that are there could bear it. */
    private static int readCount(DataInputStream in, int elementBytes) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > in.available() / elementBytes) {
            throw new ProtocolViolation("a count of " + count + " with " + in.available() + " bytes left");
        }
        return count;
    }
}
