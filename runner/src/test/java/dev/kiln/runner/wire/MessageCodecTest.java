package dev.kiln.runner.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.MemoryLimits;
import dev.kiln.frame.OperandPolicy;
import dev.kiln.gc.Acknowledged;
import dev.kiln.gc.GcMessage;
import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.wire.Message.Cancel;
import dev.kiln.runner.wire.Message.Execute;
import dev.kiln.runner.wire.Message.Gc;
import dev.kiln.runner.wire.Message.Rejected;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MessageCodecTest {
    private final Samples samples = new Samples(new Random(1));

    @Test
    @DisplayName("W-01: every message reads back as it was written")
    void everyMessageReadsBackAsItWasWritten() {
        Set<Class<?>> covered = new HashSet<>();
        for (int round = 0; round < 200; round++) {
            for (Message message : samples.ofEveryKind()) {
                Message read = MessageCodec.decode(Samples.wire(message));
                assertEquals(Samples.content((Record) message), Samples.content((Record) read));
                covered.add(message.getClass());
                if (message instanceof Gc gc) {
                    covered.add(gc.message().getClass());
                }
            }
        }
        Set<Class<?>> all = new HashSet<>(Set.of(Message.class.getPermittedSubclasses()));
        all.addAll(Set.of(GcMessage.class.getPermittedSubclasses()));
        assertEquals(all, covered, "a kind of message without a sample: add one to Samples");
    }

    @Test
    void aPayloadIsNotCopiedOnItsWayOut() {
        byte[] work = samples.bytes(100);
        assertSame(
                work,
                MessageCodec.encode(new Execute(1, 1, Samples.AUTHOR, true, 0, Map.of(), work))
                        .payload());
    }

    @Test
    void onlyGarbageCollectionMayNotBeOvertaken() {
        for (Message message : samples.ofEveryKind()) {
            assertEquals(!(message instanceof Gc), MessageCodec.encode(message).overtakable(), message.toString());
        }
    }

    @Test
    void aReasonThatIsTooLongForTheWireIsCut() {
        var read = (Rejected) MessageCodec.decode(Samples.wire(new Rejected("€".repeat(100_000))));
        assertTrue(read.reason().startsWith("€€€") && read.reason().endsWith(" …"), read.reason());
    }

    @Test
    @DisplayName("W-01: an unknown type is a violation that names it")
    void anUnknownTypeIsAViolation() {
        for (int type : new int[] {0, 100, 127, -1}) {
            var violation = assertThrows(ProtocolViolation.class, () -> MessageCodec.decode(new byte[] {(byte) type}));
            assertEquals("unknown message type " + type, violation.getMessage());
        }
        assertThrows(ProtocolViolation.class, () -> MessageCodec.decode(new byte[0]));
    }

    @Test
    void unknownKindsWithinAMessageAreViolations() {
        byte[] ended = Samples.wire(new Message.Ended(1, 1, Message.Ending.CANCELLED, true));
        ended[13] = 3;
        assertThrows(ProtocolViolation.class, () -> MessageCodec.decode(ended));
        var acknowledged = new Acknowledged(new ProcessRef("o", 1), new ProcessRef("h", 1), 1);
        byte[] gc = Samples.wire(new Gc(new ProcessRef("x", 1), acknowledged));
        gc[1 + 2 + 1 + 8] = 3;
        assertThrows(ProtocolViolation.class, () -> MessageCodec.decode(gc));
    }

    @Test
    void bytesThatAreTooManyAreAViolation() {
        byte[] cancel = Samples.wire(new Cancel(7, 1));
        var violation = assertThrows(
                ProtocolViolation.class, () -> MessageCodec.decode(Arrays.copyOf(cancel, cancel.length + 2)));
        assertEquals("2 bytes too many after a Cancel", violation.getMessage());
    }

    @Test
    void bytesThatAreMissingAreAViolationUnlessOnlyThePayloadIsShorter() {
        for (Message message : samples.ofEveryKind()) {
            byte[] whole = Samples.wire(message);
            int head = MessageCodec.encode(message).head().length;
            for (int length = 0; length < head; length++) {
                byte[] part = Arrays.copyOf(whole, length);
                assertThrows(ProtocolViolation.class, () -> MessageCodec.decode(part), message::toString);
            }
        }
    }

    @Test
    @DisplayName("W-04: a count is believed only as far as there are bytes for it")
    void aCountIsBelievedOnlyAsFarAsThereAreBytesForIt() {
        byte[] welcome = Samples.wire(new Message.Welcome(
                new byte[4],
                new byte[4],
                new RunnerSettings(
                        "p",
                        new ProcessRef("c", 1),
                        new ProcessRef("r", 1),
                        java.time.Duration.ZERO,
                        java.time.Duration.ZERO,
                        java.time.Duration.ZERO,
                        java.time.Duration.ZERO,
                        true,
                        true,
                        true,
                        true,
                        MemoryLimits.defaults(1),
                        OperandPolicy.SMALLER_MOVES,
                        false)));
        welcome[1] = 0x7f;
        var violation = assertThrows(ProtocolViolation.class, () -> MessageCodec.decode(welcome));
        assertTrue(violation.getMessage().startsWith("a count of 2130706436 with "), violation.getMessage());
        assertFalse(violation.getMessage().isBlank());
    }

    @Test
    @DisplayName("C-13: the longest payload fits one message; what does not is refused where it is sent")
    void theLongestPayloadFitsOneMessage() {
        byte[] longest = new byte[Integer.MAX_VALUE - 1024 * 1024]; // what a parcel may be
        assertTrue(MessageCodec.encode(execute(longest)).size() > longest.length);
        longest = new byte[0]; // half of what a JVM has by default: one at a time
        byte[] tooLong = new byte[MessageCodec.MAX_MESSAGE_BYTES];
        var refused = assertThrows(IllegalArgumentException.class, () -> MessageCodec.encode(execute(tooLong)));
        assertTrue(refused.getMessage().startsWith("a Execute of 2147483"), refused.getMessage());
        assertEquals(0, longest.length);
    }

    private static Execute execute(byte[] work) {
        return new Execute(1, 1, Samples.AUTHOR, true, 0, Map.of(), work);
    }
}
