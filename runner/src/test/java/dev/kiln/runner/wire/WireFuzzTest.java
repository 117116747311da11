package dev.kiln.runner.wire;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.gc.ProcessRef;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Bytes that nobody should send; {@code -Dkiln.fuzz.inputs=n} tries more of them. */
class WireFuzzTest {
    private static final int INPUTS = Integer.getInteger("kiln.fuzz.inputs", 100_000);
    private static final long ALLOWED_BYTES = 4L * ChunkReader.GREETING_BYTES;
    private static final long ALLOWED_BYTES_PER_INPUT_BYTE = 32; // a long of the wire becomes an object in a list

    private final com.sun.management.ThreadMXBean threads =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final ProcessRef VISITOR = new ProcessRef("visitor", 1);

    private int messages;
    private int violations;

    @Test
    @DisplayName("W-04: 100,000 fuzzed inputs give messages or violations, and take no memory beyond the limit")
    void fuzzedInputsGiveMessagesOrViolations() {
        for (long seed = 1; seed <= INPUTS; seed++) {
            long allowed = ALLOWED_BYTES + ALLOWED_BYTES_PER_INPUT_BYTE * input(new Random(seed)).length;
            long allocated = allocatedBy(seed);
            if (allocated > allowed) {
                // The first input to come this way also pays for loading the classes and linking the strings of the
                // way.
                allocated = allocatedBy(seed);
            }
            String found = "seed " + seed + ": " + allocated + " bytes where " + allowed + " are allowed";
            assertTrue(allocated <= allowed, found);
        }
        System.out.println("fuzzed " + INPUTS + " inputs: " + messages + " messages, " + violations + " violations");
        assertTrue(
                messages > INPUTS / 20 && violations > INPUTS / 5,
                messages + " messages, " + violations + " violations");
    }

    private long allocatedBy(long seed) {
        var random = new Random(seed);
        byte[] input = input(random);
        long before = threads.getCurrentThreadAllocatedBytes();
        try {
            read(input, random);
        } catch (ProtocolViolation expected) {
            violations++;
        } catch (Throwable t) {
            throw new AssertionError("seed " + seed + " of " + input.length + " bytes", t);
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private void read(byte[] input, Random random) {
        if (random.nextInt(4) == 0) {
            MessageCodec.decode(input);
            messages++;
            return;
        }
        // A session that waits for its visitor; bytes of a stranger, or of the visitor itself.
        var meeting = new Meeting();
        Session home = meeting.expect(VISITOR, new Link.Listener() {
            @Override
            public void received(Link link, Message message) {
                messages++;
            }

            @Override
            public void closed(Link link, String reason) {}
        });
        Carrier.Events connection = meeting.connected(new Nowhere());
        boolean known = random.nextBoolean();
        if (known) {
            connection.received(
                    ByteBuffer.wrap(chunk(ChunkReader.GREETING, 0, Samples.wire(Meeting.resume(VISITOR, 0)))));
        }
        int cut = random.nextInt(input.length + 1);
        connection.received(ByteBuffer.wrap(input, 0, cut));
        connection.received(ByteBuffer.wrap(input, cut, input.length - cut));
        if (!known && (home.isOver() || home.received() > 0)) {
            throw new AssertionError("a stranger changed a session");
        }
        violations += home.isOver() ? 1 : 0;
    }

    /** A carrier whose other end is nobody. */
    private record Nowhere() implements Carrier {
        @Override
        public boolean write(ByteBuffer[] bytes) {
            for (ByteBuffer part : bytes) {
                part.position(part.limit());
            }
            return true;
        }

        @Override
        public void close() {}
    }

    private static byte[] input(Random random) {
        var samples = new Samples(random);
        return switch (random.nextInt(4)) {
            case 0 -> samples.bytes(random.nextInt(2000));
            case 1 -> mutated(message(samples, random), random);
            default -> mutated(chunks(samples, random), random);
        };
    }

    private static byte[] message(Samples samples, Random random) {
        List<Message> all = samples.ofEveryKind();
        return Samples.wire(all.get(random.nextInt(all.size())));
    }

    private static byte[] chunks(Samples samples, Random random) {
        var stream = new ByteArrayOutputStream();
        int number = 1;
        for (int count = random.nextInt(4); count >= 0; count--) {
            byte[] message = message(samples, random);
            if (random.nextInt(4) == 0) { // a greeting, such as a Resume that nobody may say
                stream.writeBytes(chunk(ChunkReader.GREETING, 0, message));
                continue;
            }
            for (int at = 0; at < message.length; ) {
                int length = random.nextInt(1, message.length - at + 1);
                byte kind = at + length == message.length ? ChunkReader.LAST : ChunkReader.PART;
                stream.writeBytes(chunk(kind, number++, Arrays.copyOfRange(message, at, at + length)));
                at += length;
            }
        }
        return stream.toByteArray();
    }

    private static byte[] chunk(byte kind, long number, byte[] body) {
        ByteBuffer chunk = ByteBuffer.allocate(ChunkReader.HEADER_BYTES + body.length);
        ChunkReader.putHeader(chunk, body.length, 7, kind, number, 0);
        return chunk.put(body).array();
    }

    private static byte[] mutated(byte[] valid, Random random) {
        byte[] bytes = valid.clone();
        for (int times = random.nextInt(4); times > 0 && bytes.length > 0; times--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes = Arrays.copyOf(bytes, at);
                case 3 -> bytes = Arrays.copyOf(bytes, bytes.length + random.nextInt(50));
                default -> Arrays.fill(bytes, at, Math.min(bytes.length, at + 4), (byte) random.nextInt(-1, 2));
            }
        }
        return bytes;
    }
}
