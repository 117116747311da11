package dev.kiln.runner.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.wire.Message.Cancel;
import dev.kiln.runner.wire.Message.Execute;
import dev.kiln.runner.wire.Message.Gc;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What an {@link Outbox} writes, a {@link ChunkReader} and an {@link Assembler} read. */
class ChunkStreamTest {
    private static final int SEEDS = 40;

    @Test
    @DisplayName("C-13: messages of all sizes arrive whole, and only smaller ones overtake")
    void messagesOfAllSizesArriveWholeAndOnlySmallerOnesOvertake() throws IOException {
        for (long seed = 1; seed <= SEEDS; seed++) {
            try {
                history(new Random(seed));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static void history(Random random) throws IOException {
        var samples = new Samples(random);
        List<Message> sent = new ArrayList<>();
        var outbox = new Outbox(0);
        var carrier = new TrickleCarrier(random, 200_000);
        for (int number = 0; number < 25; number++) {
            Message message = random.nextInt(4) == 0
                    ? new Gc(new ProcessRef("n" + number, 1), samples.update(random.nextInt(3) == 0 ? 20_000 : 3))
                    : new Execute(number, 1, Samples.AUTHOR, true, 0, Map.of(), samples.bytes(size(random)));
            sent.add(message);
            outbox.add(MessageCodec.encode(message));
            if (random.nextBoolean()) {
                outbox.write(carrier, 0);
            }
        }
        while (!outbox.write(carrier, 0)) {
            assertFalse(outbox.isEmpty());
        }
        check(sent, read(carrier.taken(), random));
    }

    private static int size(Random random) {
        return switch (random.nextInt(10)) {
            case 0 -> 0;
            case 1 -> random.nextInt(4_000_000);
            case 2 ->
                ChunkReader.MAX_CHUNK_BYTES * random.nextInt(1, 4) - 18 + random.nextInt(3); // with its head, just so
            case 3, 4 -> random.nextInt(500_000);
            default -> random.nextInt(300);
        };
    }

    private static List<Message> read(byte[] stream, Random random) {
        var inbound = new Inbound();
        for (int at = 0; at < stream.length; ) {
            int slice = Math.min(stream.length - at, random.nextInt(1, random.nextBoolean() ? 100 : 300_000));
            inbound.feed(ByteBuffer.wrap(stream, at, slice).asReadOnlyBuffer());
            at += slice;
        }
        return inbound.messages;
    }

    private static void check(List<Message> sent, List<Message> read) {
        List<List<Object>> expected =
                sent.stream().map(m -> Samples.content((Record) m)).toList();
        List<Integer> order = new ArrayList<>();
        for (Message message : read) {
            order.add(expected.indexOf(Samples.content((Record) message)));
        }
        assertEquals(sent.size(), order.stream().distinct().filter(i -> i >= 0).count(), () -> "arrived: " + order);
        assertEquals(sent.size(), order.size());
        for (int i = 0; i < order.size(); i++) {
            for (int j = i + 1; j < order.size(); j++) {
                if (order.get(i) > order.get(j)) {
                    Message overtaken = sent.get(order.get(j));
                    assertFalse(overtaken instanceof Gc, () -> "a Gc was overtaken: " + order);
                    Message earlier = sent.get(order.get(i));
                    assertTrue(
                            chunks(overtaken) > (earlier instanceof Gc ? 1 : chunks(earlier)),
                            () -> chunks(earlier) + " chunks overtook " + chunks(overtaken) + " in " + order);
                }
            }
        }
    }

    private static int chunks(Message message) {
        return Math.ceilDiv(MessageCodec.encode(message).size(), ChunkReader.MAX_CHUNK_BYTES);
    }

    @Test
    @DisplayName("C-13: a small message waits for one chunk of each large one at most")
    void aSmallMessageWaitsForOneChunkOfEachLargeOneAtMost() throws IOException {
        var outbox = new Outbox(0);
        var random = new Random(1);
        for (int large = 0; large < 3; large++) {
            outbox.add(
                    MessageCodec.encode(new Execute(large, 1, Samples.AUTHOR, true, 0, Map.of(), new byte[1_000_000])));
        }
        outbox.add(MessageCodec.encode(new Cancel(3, 1)));
        var carrier = new TrickleCarrier(random, 100_000);
        while (!outbox.write(carrier, 0)) {
            assertFalse(outbox.isEmpty());
        }
        int[] at = {0};
        var inbound = new Inbound();
        byte[] stream = carrier.taken();
        while (inbound.messages.isEmpty()) {
            inbound.feed(ByteBuffer.wrap(stream, at[0]++, 1));
        }
        assertEquals(new Cancel(3, 1), inbound.messages.getFirst());
        assertTrue(at[0] < 3 * (ChunkReader.MAX_CHUNK_BYTES + ChunkReader.HEADER_BYTES) + 100, "after " + at[0]);
    }
}
