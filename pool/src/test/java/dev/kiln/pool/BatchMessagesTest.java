package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kiln.frame.Frame;
import dev.kiln.gc.Update;
import dev.kiln.runner.wire.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a batch that ends says to the runners on which it has something. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BatchMessagesTest {
    private static final int RUNNERS = 2;
    private static final int OBJECTS = 3;

    private final OverheardRunners runners = new OverheardRunners();
    private final Pool pool = Pool.named("overheard")
            .backend(runners)
            .max(RUNNERS)
            .maxConcurrency(OBJECTS)
            .open();

    interface Store {
        List<Frame> load();
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private static List<Frame> load() {
        return List.of(Frame.columns(Map.of("n", new int[] {1})), Frame.columns(Map.of("n", new int[] {2})));
    }

    private static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    private long held() {
        return pool.runners().stream()
                .mapToLong(runner -> runner.residentCount() + runner.placedObjects())
                .sum();
    }

    private static Stream<Update> updates(List<Message> received) {
        return received.stream()
                .filter(message -> message instanceof Message.Gc gc && gc.message() instanceof Update)
                .map(message -> (Update) ((Message.Gc) message).message());
    }

    /** How many frames a runner was told to be held, however often it was told. */
    private static long holdsTold(List<Message> received) {
        return updates(received)
                .flatMap(update -> update.held().stream())
                .distinct()
                .count();
    }

    private static List<Integer> releasedFrames(List<Message> received) {
        return updates(received)
                .map(update -> update.released().size())
                .filter(count -> count > 0)
                .toList();
    }

    private static List<Integer> releasedObjects(List<Message> received) {
        return received.stream()
                .filter(Message.Release.class::isInstance)
                .map(message -> ((Message.Release) message).calls().size())
                .toList();
    }

    @Test
    @DisplayName(
            "B-01: each runner gets one message for all the data that a batch had there, and one for all its objects")
    void oneMessageForEachRunner() {
        Batch batch = Batch.open("told");
        List<List<Frame>> reachable = batch.bind(
                bound -> { // what the collector finds is released before the batch ends
                    List<Store> stores = new ArrayList<>();
                    for (int i = 0; i < RUNNERS * OBJECTS; i++) {
                        stores.add(pool.place(Store.class, () -> BatchMessagesTest::load)
                                .get());
                    }
                    return stores.stream().map(Store::load).toList();
                });
        int frames = RUNNERS * OBJECTS * load().size();
        assertEquals(frames, batch.status().frames());
        until(() -> runners.received().values().stream().allMatch(told -> holdsTold(told) == frames / RUNNERS));
        runners.forget();
        batch.close();
        until(() -> held() == 0);
        Map<String, List<Message>> received = runners.received();
        assertEquals(RUNNERS, received.size());
        received.forEach((runner, messages) -> {
            assertEquals(List.of(frames / RUNNERS), releasedFrames(messages), runner);
            assertEquals(List.of(OBJECTS), releasedObjects(messages), runner);
        });
        Frame.closeAll(reachable); // they have ended; until here none was garbage
    }
}
