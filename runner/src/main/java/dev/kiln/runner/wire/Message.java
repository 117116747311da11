package dev.kiln.runner.wire;

import dev.kiln.gc.GcMessage;
import dev.kiln.gc.ProcessRef;

/**
 * Everything that crosses a link between a caller and one of its runners. {@code docs/wire.md} draws the conversations.
 *
 * <p>A payload (work, result, request, reply) is bytes that only the frame space of the receiver reads; nothing in here
 * deserializes objects. Arrays are not copied: whoever makes or receives a message owns its arrays and leaves them alone.
 */
@SuppressWarnings("ArrayRecordComponent") // as said: they are owned, never compared
public sealed interface Message {

    /** The wire version of this build. A greeting with another one is refused. */
    int WIRE_VERSION = 1;

    /**
     * Runner to caller, the first message of a link.
     *
     * @param token the one-time secret that the runner was given, 32 bytes
     * @param buildId names the application's classes: caller and runner must agree
     * @param pid of the runner's process
     * @param startedAtMillis when the runner's process started, milliseconds since 1970 by the runner's clock
     */
    record Hello(
            int wireVersion,
            String runner,
            byte[] token,
            String kilnVersion,
            String jdk,
            String codec,
            String buildId,
            long pid,
            long startedAtMillis,
            String host)
            implements Message {}

    /**
     * Caller to runner: you are taken. From here on both sides are authenticated.
     *
     * @param proof the secret that only the caller who made the token knows, 32 bytes
     */
    record Welcome(byte[] proof, RunnerSettings settings) implements Message {}

    /** Caller to runner: you are not taken, for this reason; the link closes. */
    record Rejected(String reason) implements Message {}

    /**
     * Caller to runner: run this.
     *
     * @param linked whether the work ends with its caller
     * @param timeoutMillis how long it may run, 0 for no limit
     */
    record Execute(long call, boolean linked, long timeoutMillis, byte[] work) implements Message {}

    /** Caller to runner: the call is no longer wanted. It may overtake a large {@link Execute}. */
    record Cancel(long call) implements Message {}

    /**
     * Runner to caller: the closure returned.
     *
     * @param holdsSlot whether resident data of this result keeps the call's slot until {@link SlotFreed}
     */
    record Returned(long call, boolean holdsSlot, byte[] result) implements Message {}

    /** Runner to caller: the closure, or packing its result, threw. */
    record Threw(long call, byte[] failure) implements Message {}

    /**
     * Runner to caller: the call ended without an outcome of its own.
     *
     * @param stopped whether the closure's thread had left the closure when this was said
     */
    record Ended(long call, Ending ending, boolean stopped) implements Message {}

    /** Why a call ended without an outcome of its own. */
    enum Ending {
        TIMED_OUT,
        CANCELLED,
        /** The runner takes no work any more; the call never began and may be sent elsewhere. */
        NOT_TAKEN
    }

    /** Runner to caller: a closure that had outlived its deadline or cancel has ended after all, or a strict slot is free. */
    record SlotFreed(long call) implements Message {}

    /** One frame space asks another; the caller relays between runners. Ids are unique per asking party. */
    record Ask(long id, ProcessRef from, ProcessRef to, byte[] request) implements Message {}

    /** The reply to an {@link Ask}. */
    record Answer(long id, ProcessRef from, ProcessRef to, byte[] reply) implements Message {}

    /** There will be no reply to an {@link Ask}: whom it was for is gone. */
    record Unanswered(long id, ProcessRef to, String reason) implements Message {}

    /** The asker no longer wants its answer. */
    record CancelAsk(long id, ProcessRef from, ProcessRef to) implements Message {}

    /** Remote garbage collection: what one party tells another. */
    record Gc(ProcessRef to, GcMessage message) implements Message {}

    /** Caller to runner: another runner of the pool is gone, and with it what it owned. */
    record PeerGone(ProcessRef peer, String cause) implements Message {}

    /** Both ways: I live. Any message counts as one. */
    record Heartbeat() implements Message {}

    /** Runner to caller, whenever it changed: what is running and what is held here. */
    record Status(int activeCalls, long residentCount, long residentBytes) implements Message {}

    /**
     * Caller to runner: end if you have nothing to do. Answered by {@link RetireAnswer}.
     *
     * @param check work that returns whether the runner may go, empty for none
     */
    record Retire(byte[] check) implements Message {}

    /** Runner to caller: whether it goes. After {@code true} it takes no work and exits. */
    record RetireAnswer(boolean goes) implements Message {}

    /** Caller to runner: take no more work, finish what runs within this time, then exit. */
    record Shutdown(long drainMillis) implements Message {}
}
