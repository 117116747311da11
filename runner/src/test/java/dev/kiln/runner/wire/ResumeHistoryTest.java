package dev.kiln.runner.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.wire.Message.Execute;
import dev.kiln.runner.wire.Message.Gc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random messages both ways over each kind of connection, cut at random bytes, delayed and delivered twice; {@code
 * -Dkiln.resume.histories=n} tries more of them, {@code -Dkiln.resume.seed=n} that one.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ResumeHistoryTest {
    private static final int HISTORIES = Integer.getInteger("kiln.resume.histories", 4);
    private static final long SEED = Long.getLong("kiln.resume.seed", 0);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    @DisplayName(
            "C-14, W-02: nothing is lost, nothing comes twice, order is kept and memory is bounded, wherever connections are cut")
    void nothingIsLostAndNothingComesTwice(RelayedHome.Kind kind) throws Exception {
        long first = SEED == 0 ? 1 : SEED;
        long last = SEED == 0 ? HISTORIES : SEED;
        for (long seed = first; seed <= last; seed++) {
            try {
                history(seed, kind);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private void history(long seed, RelayedHome.Kind kind) throws Exception {
        var random = new Random(seed);
        var near = new SlowRecorder(seed);
        var far = new SlowRecorder(~seed);
        var meeting = new Meeting();
        long cutAfter = random.nextLong(100_000, 3_000_000);
        var faultSeeds = new Random(seed);
        Path place = Files.createDirectory(folder.resolve(Long.toString(seed)));
        try (var home = RelayedHome.open(kind, place, meeting, () -> faults(faultSeeds, cutAfter, kind))) {
            Meeting.Ends ends = meeting.connect(near, far, home.dialer());
            List<Message> there = messages(random);
            List<Message> back = messages(random);
            Thread sender = Thread.ofPlatform().start(() -> there.forEach(ends.first()::send));
            back.forEach(ends.second()::send);
            List<Message> arrivedThere = arrived(far, there.size(), ends);
            List<Message> arrivedBack = arrived(near, back.size(), ends);
            sender.join();
            while (!ends.first().flushed() || !ends.second().flushed()) {
                Thread.onSpinWait();
            }
            check(there, arrivedThere);
            check(back, arrivedBack);
            assertFalse(near.hasMore() || far.hasMore());
            near.assertOrder();
            far.assertOrder();
            System.out.println("seed " + seed + " " + kind + ": " + there.size() + " and " + back.size() + " messages, "
                    + home.relay().connections() + " connections");
            ends.first().close();
            ends.second().close();
        }
    }

    private static Relay.Faults faults(Random random, long cutAfter, RelayedHome.Kind kind) {
        int mostDuplicates = kind == RelayedHome.Kind.TLS ? 4 : 30; // each of them ends a connection over TLS
        synchronized (random) {
            return new Relay.Faults(
                    random.nextLong(100, 2 * cutAfter),
                    random.nextInt(300),
                    random.nextInt(mostDuplicates),
                    random.nextLong());
        }
    }

    /** Now and then it does not read for a while. */
    private static final class SlowRecorder extends Recorder {
        private final Random random;

        SlowRecorder(long seed) {
            random = new Random(seed);
        }

        @Override
        public void received(Link link, Message message) {
            if (random.nextInt(20) == 0) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(5)));
            }
            super.received(link, message);
        }
    }

    private static List<Message> messages(Random random) {
        var samples = new Samples(random);
        List<Message> messages = new ArrayList<>();
        for (int number = 0; number < 120; number++) {
            messages.add(
                    random.nextInt(4) == 0
                            ? new Gc(
                                    new ProcessRef("n" + number, 1),
                                    samples.update(random.nextInt(3) == 0 ? 20_000 : 3))
                            : new Execute(number, 1, Samples.AUTHOR, true, 0, Map.of(), samples.bytes(size(random))));
        }
        return messages;
    }

    private static int size(Random random) {
        return switch (random.nextInt(20)) {
            case 0 -> random.nextInt(5_000_000);
            case 1, 2, 3 -> random.nextInt(500_000);
            case 4 -> 0;
            default -> random.nextInt(3_000);
        };
    }

    private static List<Message> arrived(Recorder at, int count, Meeting.Ends ends) throws InterruptedException {
        List<Message> messages = new ArrayList<>();
        while (messages.size() < count) {
            messages.add(at.next());
            assertTrue(ends.first().unacknowledgedBytes() <= Outbox.WINDOW_BYTES);
            assertTrue(ends.second().unacknowledgedBytes() <= Outbox.WINDOW_BYTES);
        }
        return messages;
    }

    private static void check(List<Message> sent, List<Message> arrived) {
        Map<List<Object>, Integer> numbers = new HashMap<>();
        for (Message message : sent) {
            numbers.put(Samples.content((Record) message), numbers.size());
        }
        List<Integer> order = new ArrayList<>();
        for (Message message : arrived) {
            Integer number = numbers.get(Samples.content((Record) message));
            assertTrue(number != null, () -> "arrived but never sent: " + message.getClass());
            order.add(number);
        }
        assertEquals(sent.size(), order.stream().distinct().count(), () -> "arrived: " + order);
        for (int i = 0; i < order.size(); i++) {
            for (int j = i + 1; j < order.size(); j++) {
                if (order.get(i) > order.get(j)) {
                    Message overtaken = sent.get(order.get(j));
                    Message earlier = sent.get(order.get(i));
                    assertFalse(overtaken instanceof Gc, () -> "a Gc was overtaken: " + order);
                    assertTrue(chunks(overtaken) > (earlier instanceof Gc ? 1 : chunks(earlier)), () -> "in " + order);
                }
            }
        }
    }

    private static int chunks(Message message) {
        return Math.ceilDiv(MessageCodec.encode(message).size(), ChunkReader.MAX_CHUNK_BYTES);
    }
}
