package dev.kiln.gc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LeaseTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    @DisplayName("G-05: the default lease is 20 s")
    void defaultLease() {
        assertEquals(Duration.ofSeconds(20), Lease.DEFAULT);
    }

    @Test
    @DisplayName("G-05: a holder trusts its lease for 10 % less than its length, from when it sent the heartbeat")
    void endsTenPercentEarlier() {
        Lease lease = new Lease(Duration.ofSeconds(20), 5 * SECOND);
        assertTrue(lease.lasts(23 * SECOND - 1));
        assertFalse(lease.lasts(23 * SECOND));
        lease.acknowledged(7 * SECOND);
        assertEquals(25 * SECOND, lease.endsAtNanos());
    }

    @Test
    @DisplayName("G-05: an acknowledgement of an older heartbeat does not shorten the lease")
    void olderAcknowledgementChangesNothing() {
        Lease lease = new Lease(Duration.ofSeconds(20), 5 * SECOND);
        lease.acknowledged(SECOND);
        assertEquals(23 * SECOND, lease.endsAtNanos());
    }

    @Test
    @DisplayName("G-05: a clock that passes from the largest to the smallest number does not end a lease")
    void survivesClockOverflow() {
        Lease lease = new Lease(Duration.ofSeconds(20), Long.MAX_VALUE - SECOND);
        assertTrue(lease.lasts(Long.MIN_VALUE));
        lease.acknowledged(Long.MIN_VALUE + SECOND);
        assertEquals(Long.MIN_VALUE + 19 * SECOND, lease.endsAtNanos());
    }

    @Test
    @DisplayName("G-05: a lease that lasts no time is refused")
    void refusesEmptyLease() {
        assertThrows(IllegalArgumentException.class, () -> new Lease(Duration.ZERO, 0));
    }
}
