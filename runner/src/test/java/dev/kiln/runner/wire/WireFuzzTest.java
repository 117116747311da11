package dev.kiln.runner.wire;

import static org.junit.jupiter.api.Assertions.assertTrue;

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
    private static final long ALLOWED_BYTES = 4L * SocketLink.GREETING_BYTES;
    private static final long ALLOWED_BYTES_PER_INPUT_BYTE = 32; // a long of the wire becomes an object in a list

    private final com.sun.management.ThreadMXBean threads =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
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
        var reader = new ChunkReader(SocketLink.GREETING_BYTES, bytes -> {
            MessageCodec.decode(bytes);
            messages++;
        });
        int cut = random.nextInt(input.length + 1);
        reader.feed(ByteBuffer.wrap(input, 0, cut));
        reader.feed(ByteBuffer.wrap(input, cut, input.length - cut));
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
        for (int number = random.nextInt(4); number >= 0; number--) {
            byte[] message = message(samples, random);
            for (int at = 0; at < message.length; ) {
                int length = random.nextInt(1, message.length - at + 1);
                boolean last = at + length == message.length;
                stream.writeBytes(ByteBuffer.allocate(ChunkReader.HEADER_BYTES)
                        .putInt(length)
                        .putInt(number)
                        .put((byte) (last ? 1 : 0))
                        .array());
                stream.write(message, at, length);
                at += length;
            }
        }
        return stream.toByteArray();
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
