package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.pool.BatchStatus.Calls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SessionDoorTest {

    @Test
    @DisplayName("B-04: a batch is ended once by its id, whoever asks first, and its numbers cross whole")
    void endsOnce() {
        try (SessionDoor door = SessionDoor.open("door");
                Batch batch =
                        Batch.named("nightly").id("from elsewhere").priority(-3).open()) {
            PoolSession session = PoolSession.at(door.address());
            batch.bind(bound -> {
                Batch.progress(1, 4);
                return null;
            });
            BatchStatus seen = session.status("from elsewhere").orElseThrow();
            BatchStatus here = batch.status();
            assertEquals(
                    new BatchStatus(
                            "from elsewhere",
                            "nightly",
                            BatchStatus.State.RUNNING,
                            -3,
                            seen.elapsed(),
                            new Calls(0, 0, 0, 0, 0),
                            0,
                            0,
                            0,
                            OptionalDouble.of(0.25),
                            here.remaining()),
                    seen);
            assertTrue(seen.elapsed().isPositive() && seen.elapsed().compareTo(here.elapsed()) <= 0);
            assertEquals(
                    BatchStatus.State.CANCELLED,
                    session.cancel("from elsewhere").orElseThrow().state());
            assertEquals(Optional.empty(), session.end("from elsewhere"));
            assertEquals(BatchStatus.State.CANCELLED, batch.status().state());
        }
    }

    @Test
    @DisplayName("B-04: whoever makes no sense, says nothing, or goes away is no matter for the next one")
    void strangers() throws IOException {
        var random = new Random(7);
        List<SocketChannel> silent = new ArrayList<>();
        try (SessionDoor door = SessionDoor.open("door");
                Batch batch = Batch.open("unharmed")) {
            for (int i = 0; i < 200; i++) {
                byte[] nonsense = new byte[random.nextInt(1, 100)];
                random.nextBytes(nonsense);
                try (SocketChannel stranger = SocketChannel.open(SessionWire.address(door.address()))) {
                    stranger.write(ByteBuffer.wrap(nonsense));
                }
            }
            for (int i = 0; i < 65; i++) { // more than are let in
                silent.add(SocketChannel.open(SessionWire.address(door.address())));
            }
            assertEquals(
                    Optional.of(batch.id()),
                    PoolSession.at(door.address()).status(batch.id()).map(BatchStatus::id));
        } finally {
            for (SocketChannel stranger : silent) {
                stranger.close();
            }
        }
    }

    @Test
    @DisplayName("B-04: a session ends with its pool: nothing is left of it, and who comes later is told")
    void ends() throws IOException {
        SessionDoor door = SessionDoor.open("door");
        Path folder = Path.of(door.address()).getParent();
        try (SocketChannel silent = SocketChannel.open(SessionWire.address(door.address()))) {
            door.close();
            assertTrue(isTurnedOut(silent));
        }
        assertFalse(Files.exists(folder));
        PoolClosed refused = assertThrows(
                PoolClosed.class, () -> PoolSession.at(door.address()).status("any"));
        assertTrue(refused.getMessage().contains(door.address()), refused::getMessage);
        assertThrows(IllegalArgumentException.class, () -> PoolSession.at(" "));
        assertThrows(IllegalArgumentException.class, () -> PoolSession.at(door.address())
                .end(""));
    }

    private static boolean isTurnedOut(SocketChannel visitor) {
        try {
            return visitor.read(ByteBuffer.allocate(1)) < 0;
        } catch (IOException stillAtTheDoor) { // a socket that closes before it has accepted whom it should
            return true;
        }
    }

    @Test
    @DisplayName("B-05: a time that is left crosses, too")
    void remaining() throws IOException {
        try (SessionDoor door = SessionDoor.open("door");
                Batch batch = Batch.named("timed").timeout(Duration.ofHours(1)).open()) {
            batch.bind(bound -> {
                Batch.progress(2, 3);
                return null;
            });
            assertEquals(
                    batch.status().remaining(),
                    PoolSession.at(door.address())
                            .status(batch.id())
                            .orElseThrow()
                            .remaining());
        }
    }
}
