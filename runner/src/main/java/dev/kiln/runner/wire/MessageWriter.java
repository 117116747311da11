package dev.kiln.runner.wire;

import dev.kiln.frame.MemoryLimits;
import dev.kiln.gc.Acknowledged;
import dev.kiln.gc.Collect;
import dev.kiln.gc.GcMessage;
import dev.kiln.gc.ProcessRef;
import dev.kiln.gc.Update;
import dev.kiln.runner.wire.Message.*;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Writes a message's type byte and fields; its payload, if it has one, is given back instead. Pure; any thread. */
final class MessageWriter {
    private static final byte[] NOTHING = {};
    private static final int LONGEST_LINE = 16_000;

    private MessageWriter() {}

    static byte[] write(Message message, DataOutputStream out) throws IOException {
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
                writeBytes(out, m.session());
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
                out.writeInt(m.attempt());
                writeProcess(out, m.author());
                out.writeBoolean(m.linked());
                out.writeLong(m.timeoutMillis());
                out.writeUTF(m.batch());
                writeContext(out, m.context());
                yield m.work();
            }
            case Cancel m -> {
                out.writeByte(5);
                out.writeLong(m.call());
                out.writeInt(m.attempt());
                yield NOTHING;
            }
            case Returned m -> {
                out.writeByte(6);
                out.writeLong(m.call());
                out.writeInt(m.attempt());
                out.writeBoolean(m.holdsSlot());
                yield m.result();
            }
            case Threw m -> {
                out.writeByte(7);
                out.writeLong(m.call());
                out.writeInt(m.attempt());
                yield m.failure();
            }
            case Ended m -> {
                out.writeByte(8);
                out.writeLong(m.call());
                out.writeInt(m.attempt());
                out.writeByte(Ordinals.ENDINGS.indexOf(m.ending()));
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
                yield m.reply().toArray();
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
                out.writeBoolean(m.paused());
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
                out.writeLong(m.executions());
                out.writeInt(m.successors().size());
                for (ProcessRef successor : m.successors()) {
                    writeProcess(out, successor);
                }
                yield NOTHING;
            }
            case Resume m -> {
                out.writeByte(21);
                writeProcess(out, m.runner());
                writeBytes(out, m.session());
                out.writeLong(m.received());
                yield NOTHING;
            }
            case Resumed m -> {
                out.writeByte(22);
                writeBytes(out, m.proof());
                out.writeLong(m.received());
                yield NOTHING;
            }
            case Submit m -> {
                out.writeByte(23);
                out.writeLong(m.id());
                out.writeLong(m.parent());
                writeTerms(out, m.terms());
                writeContext(out, m.context());
                yield m.work();
            }
            case Withdraw m -> {
                out.writeByte(24);
                out.writeLong(m.id());
                yield NOTHING;
            }
            case Settled m -> {
                out.writeByte(25);
                out.writeLong(m.id());
                writeProcess(out, m.from());
                out.writeByte(Ordinals.SETTLEMENTS.indexOf(m.how()));
                yield m.parcel();
            }
            case EndBatch m -> {
                out.writeByte(51);
                out.writeUTF(m.batch());
                out.writeByte(Ordinals.BATCH_ENDS.indexOf(m.how()));
                yield NOTHING;
            }
            case BatchProgress m -> {
                out.writeByte(52);
                out.writeUTF(m.batch());
                out.writeLong(m.call());
                out.writeLong(m.done());
                out.writeLong(m.total());
                yield NOTHING;
            }
            case Lend m -> {
                out.writeByte(26);
                out.writeLong(m.call());
                out.writeBoolean(m.lent());
                yield NOTHING;
            }
            case Release m -> {
                out.writeByte(27);
                writeLongs(out, m.calls());
                yield NOTHING;
            }
            case Output m -> {
                out.writeByte(28);
                out.writeLong(m.call());
                out.writeBoolean(m.error());
                out.writeUTF(line(m.line()));
                yield NOTHING;
            }
            case FramesStranded m -> {
                out.writeByte(60);
                out.writeLong(m.count());
                out.writeLong(m.bytes());
                out.writeUTF(line(m.reason()));
                yield NOTHING;
            }
            case Introduce m -> {
                out.writeByte(70);
                writeProcess(out, m.host());
                yield NOTHING;
            }
            case Expect m -> {
                out.writeByte(71);
                writeProcess(out, m.visitor());
                writeBytes(out, m.token());
                writeBytes(out, m.proof());
                out.writeLong(m.validMillis());
                yield NOTHING;
            }
            case Meet m -> {
                out.writeByte(72);
                writeProcess(out, m.visitor());
                writeProcess(out, m.host());
                writeBytes(out, m.token());
                writeBytes(out, m.proof());
                out.writeUTF(m.address());
                out.writeUTF(line(m.refusal()));
                yield NOTHING;
            }
            case Visit m -> {
                out.writeByte(73);
                writeProcess(out, m.visitor());
                writeProcess(out, m.host());
                writeBytes(out, m.token());
                out.writeLong(m.pid());
                out.writeLong(m.startMark());
                yield NOTHING;
            }
            case Admitted m -> {
                out.writeByte(74);
                writeBytes(out, m.proof());
                writeBytes(out, m.session());
                out.writeLong(m.pid());
                out.writeLong(m.startMark());
                yield NOTHING;
            }
            case OutputTaken m -> {
                out.writeByte(50);
                out.writeLong(m.amount());
                yield NOTHING;
            }
        };
    }

    /** Reasons are for people: what does not fit a line of the wire is cut. */
    private static String line(String text) {
        return text.length() <= LONGEST_LINE ? text : text.substring(0, LONGEST_LINE) + " …";
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
        out.writeBoolean(settings.virtualThreads());
        writeMemory(out, settings.memory());
        out.writeByte(Ordinals.OPERANDS.indexOf(settings.operands()));
        out.writeBoolean(settings.traceFrames());
    }

    private static void writeMemory(DataOutputStream out, MemoryLimits memory) throws IOException {
        out.writeLong(memory.budget());
        out.writeDouble(memory.spillAt());
        out.writeDouble(memory.pauseAt());
        out.writeUTF(memory.spillDirectory());
        out.writeInt(memory.sharers());
        out.writeBoolean(memory.collectWhenAsked());
    }

    private static void writeTerms(DataOutputStream out, CallTerms terms) throws IOException {
        out.writeByte(Ordinals.KINDS.indexOf(terms.kind()));
        out.writeLong(terms.withinMillis());
        out.writeBoolean(terms.linked());
        out.writeBoolean(terms.idempotent());
        out.writeUTF(terms.runner());
        out.writeUTF(terms.key());
        out.writeUTF(terms.batch());
        out.writeLong(terms.object());
    }

    private static void writeContext(DataOutputStream out, Map<String, String> context) throws IOException {
        out.writeInt(context.size());
        for (Map.Entry<String, String> entry : context.entrySet()) {
            out.writeUTF(entry.getKey());
            out.writeUTF(entry.getValue());
        }
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
                writeLongs(out, update.lent());
            }
            case Collect collect -> {
                out.writeByte(3);
                writeProcess(out, collect.owner());
            }
            case Acknowledged acknowledged -> {
                out.writeByte(2);
                writeProcess(out, acknowledged.owner());
                writeProcess(out, acknowledged.holder());
                out.writeLong(acknowledged.upTo());
            }
        }
    }

    private static void writeProcess(DataOutputStream out, ProcessRef process) throws IOException {
        out.writeUTF(process.name());
        out.writeLong(process.incarnation());
    }

    private static void writeLongs(DataOutputStream out, List<Long> values) throws IOException {
        out.writeInt(values.size());
        for (long value : values) {
            out.writeLong(value);
        }
    }

    private static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }
}
