package dev.kiln.gc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BulkTest {
    private static final ProcessRef SELF = new ProcessRef("self", 1);
    private static final ProcessRef OWNER = new ProcessRef("owner", 1);
    private static final int MANY = 100_000;

    private final Handles handles = new Handles(SELF);
    private final Holdings holdings = new Holdings(OWNER, Lease.DEFAULT);
    private final List<Long> freed = new ArrayList<>();
    private int messages;

    @Test
    @DisplayName("G-02: a hundred thousand releases are one message")
    void releasesInOneMessage() {
        assertTimeout(Duration.ofSeconds(5), () -> {
            for (long number = 0; number < MANY; number++) {
                holdings.placed(number, SELF, number, 0);
                ResourceId id = new ResourceId(OWNER, number);
                handles.opened(id);
                handles.arrived(OWNER, number, List.of(id));
            }
            deliver();
            assertEquals(1, messages);
            assertEquals(MANY, holdings.size());
            for (long number = 0; number < MANY; number++) {
                handles.closed(new ResourceId(OWNER, number));
            }
            deliver();
        });
        assertEquals(2, messages);
        assertEquals(MANY, freed.size());
        assertEquals(0, holdings.size());
        assertEquals(0, handles.size());
        assertEquals(0, handles.unacknowledgedUpdates());
    }

    @Test
    @DisplayName("G-02: handles that come and go a hundred thousand times between two flushes cost no message")
    void churnCostsNothing() {
        ResourceId id = new ResourceId(OWNER, 7);
        for (int i = 0; i < MANY; i++) {
            handles.opened(id);
            handles.closed(id);
        }
        deliver();
        assertEquals(0, messages);
    }

    @Test
    @DisplayName("G-04: Updates that arrive in reverse order cost no more than linear time and leave no tombstone")
    void reverseOrder() {
        int updates = 20_000;
        List<Update> sent = new ArrayList<>();
        for (long number = 0; number < updates; number++) {
            holdings.placed(number, SELF, number, 0);
            ResourceId id = new ResourceId(OWNER, number);
            handles.opened(id);
            handles.arrived(OWNER, number, List.of(id));
            handles.flush().forEach(addressed -> sent.add(addressed.update()));
            handles.closed(id);
        }
        assertTimeout(Duration.ofSeconds(5), () -> {
            for (Update update : sent.reversed()) {
                freed.addAll(holdings.on(update, 0).freed());
            }
        });
        assertEquals(updates - 1, freed.size());
        assertEquals(0, holdings.tombstones());
        assertEquals(1, holdings.size());
    }

    private void deliver() {
        for (Addressed addressed : handles.flush()) {
            messages++;
            Applied applied = holdings.on(addressed.update(), 0);
            freed.addAll(applied.freed());
            handles.on(applied.reply());
        }
    }
}
