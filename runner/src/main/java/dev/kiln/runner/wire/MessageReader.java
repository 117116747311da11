package dev.kiln.runner.wire;

import dev.kiln.frame.MemoryLimits;
import dev.kiln.gc.Acknowledged;
import dev.kiln.gc.Collect;
import dev.kiln.gc.GcMessage;
import dev.kiln.gc.ProcessRef;
import dev.kiln.gc.Update;
import dev.kiln.runner.wire.Message.*;
import java.io.DataInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads what {@link MessageWriter} wrote, and believes nothing of it. Pure; any thread. */
final class MessageReader {
    private MessageReader() {}

    /** @param bytes what {@code in} reads from, without a buffer between */
    static Message read(DataInputStream in, Chunks bytes) throws IOException {
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
            case 2 -> new Welcome(readBytes(in), readBytes(in), readSettings(in));
            case 3 -> new Rejected(in.readUTF());
            case 4 ->
                new Execute(
                        in.readLong(),
                        in.readInt(),
                        readProcess(in),
                        in.readBoolean(),
                        in.readLong(),
                        in.readUTF(),
                        readContext(in),
                        rest(in));
            case 5 -> new Cancel(in.readLong(), in.readInt());
            case 6 -> new Returned(in.readLong(), in.readInt(), in.readBoolean(), rest(in));
            case 7 -> new Threw(in.readLong(), in.readInt(), rest(in));
            case 8 -> new Ended(in.readLong(), in.readInt(), readEnum(in, Ordinals.ENDINGS), in.readBoolean());
            case 9 -> new SlotFreed(in.readLong());
            case 10 -> new Ask(in.readLong(), readProcess(in), readProcess(in), rest(in));
            case 11 -> new Answer(in.readLong(), readProcess(in), readProcess(in), bytes.rest());
            case 12 -> new Unanswered(in.readLong(), readProcess(in), in.readUTF());
            case 13 -> new CancelAsk(in.readLong(), readProcess(in), readProcess(in));
            case 14 -> new Gc(readProcess(in), readGc(in));
            case 15 -> new PeerGone(readProcess(in), in.readUTF());
            case 16 -> new Heartbeat();
            case 17 -> new Status(in.readInt(), in.readLong(), in.readLong(), in.readBoolean());
            case 18 -> new Retire(rest(in));
            case 19 -> new RetireAnswer(in.readBoolean());
            case 20 -> new Shutdown(in.readLong(), in.readLong(), readProcesses(in));
            case 21 -> new Resume(readProcess(in), readBytes(in), in.readLong());
            case 22 -> new Resumed(readBytes(in), in.readLong());
            case 23 -> new Submit(in.readLong(), in.readLong(), readTerms(in), readContext(in), rest(in));
            case 24 -> new Withdraw(in.readLong());
            case 25 -> new Settled(in.readLong(), readProcess(in), readEnum(in, Ordinals.SETTLEMENTS), rest(in));
            case 26 -> new Lend(in.readLong(), in.readBoolean());
            case 27 -> new Release(readLongs(in));
            case 28 -> new Output(in.readLong(), in.readBoolean(), in.readUTF());
            case 60 -> new FramesStranded(in.readLong(), in.readLong(), in.readUTF());
            case 50 -> new OutputTaken(in.readLong());
            case 51 -> new Message.EndBatch(in.readUTF(), readEnum(in, Ordinals.BATCH_ENDS));
            case 52 -> new Message.BatchProgress(in.readUTF(), in.readLong(), in.readLong(), in.readLong());
            case 70 -> new Introduce(readProcess(in));
            case 71 -> new Expect(readProcess(in), readBytes(in), readBytes(in), in.readLong());
            case 72 ->
                new Meet(readProcess(in), readProcess(in), readBytes(in), readBytes(in), in.readUTF(), in.readUTF());
            case 73 -> new Visit(readProcess(in), readProcess(in), readBytes(in), in.readLong(), in.readLong());
            case 74 -> new Admitted(readBytes(in), readBytes(in), in.readLong(), in.readLong());
            default -> throw new ProtocolViolation("unknown message type " + type);
        };
    }

    private static <E> E readEnum(DataInputStream in, List<E> constants) throws IOException {
        int number = in.readUnsignedByte();
        if (number >= constants.size()) {
            throw new ProtocolViolation("no constant " + number + " among " + constants);
        }
        return constants.get(number);
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
                in.readBoolean(),
                in.readBoolean(),
                readMemory(in),
                readEnum(in, Ordinals.OPERANDS),
                in.readBoolean());
    }

    private static MemoryLimits readMemory(DataInputStream in) throws IOException {
        return new MemoryLimits(
                in.readLong(), in.readDouble(), in.readDouble(), in.readUTF(), in.readInt(), in.readBoolean());
    }

    private static CallTerms readTerms(DataInputStream in) throws IOException {
        return new CallTerms(
                readEnum(in, Ordinals.KINDS),
                in.readLong(),
                in.readBoolean(),
                in.readBoolean(),
                in.readUTF(),
                in.readUTF(),
                in.readUTF(),
                in.readLong());
    }

    private static Map<String, String> readContext(DataInputStream in) throws IOException {
        int count = readCount(in, 2 * Short.BYTES);
        Map<String, String> context = HashMap.newHashMap(count);
        for (int i = 0; i < count; i++) {
            context.put(in.readUTF(), in.readUTF());
        }
        return context;
    }

    private static GcMessage readGc(DataInputStream in) throws IOException {
        int type = in.readByte();
        return switch (type) {
            case 1 ->
                new Update(readProcess(in), in.readLong(), readLongs(in), readLongs(in), readLongs(in), readLongs(in));
            case 3 -> new Collect(readProcess(in));
            case 2 -> new Acknowledged(readProcess(in), readProcess(in), in.readLong());
            default -> throw new ProtocolViolation("unknown gc message type " + type);
        };
    }

    private static ProcessRef readProcess(DataInputStream in) throws IOException {
        return new ProcessRef(in.readUTF(), in.readLong());
    }

    private static List<ProcessRef> readProcesses(DataInputStream in) throws IOException {
        int count = readCount(in, Short.BYTES + Long.BYTES);
        List<ProcessRef> processes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            processes.add(readProcess(in));
        }
        return processes;
    }

    private static List<Long> readLongs(DataInputStream in) throws IOException {
        int count = readCount(in, Long.BYTES);
        List<Long> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            values.add(in.readLong());
        }
        return values;
    }

    /** The payload: all that is left. Not {@code readAllBytes}, which begins with a buffer of 16 KiB. */
    private static byte[] rest(DataInputStream in) throws IOException {
        byte[] payload = new byte[in.available()];
        in.readFully(payload);
        return payload;
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
