package dev.kiln.runner.wire;

import dev.kiln.frame.spi.Reply;
import dev.kiln.gc.GcMessage;
import dev.kiln.gc.ProcessRef;
import java.util.List;
import java.util.Map;

/**
 * Everything that crosses a link between a caller and one of its runners, or between two of these. {@code docs/wire.md} draws
 * the conversations.
 *
 * <p>A payload (work, result, request, reply) is bytes that only the frame space of the receiver reads; nothing in here
 * deserializes objects. Arrays are not copied: whoever makes or receives a message owns its arrays and leaves them alone.
 */
@SuppressWarnings("ArrayRecordComponent") // as said: they are owned, never compared
public sealed interface Message {

    /** The wire version of this build. A greeting with another one is refused. */
    int WIRE_VERSION = 2;

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
     * @param session the secret by which the runner takes this session up again on another connection, 32 bytes
     */
    record Welcome(byte[] proof, byte[] session, RunnerSettings settings) implements Message {}

    /** Caller to runner: you are not taken, for this reason; the link closes. */
    record Rejected(String reason) implements Message {}

    /**
     * Runner to caller, or visitor to host, the first message of a connection that takes a session up again.
     *
     * @param session the secret of {@link Welcome} or {@link Admitted}
     * @param received the number of the last chunk of the other side's that has arrived here
     */
    record Resume(ProcessRef runner, byte[] session, long received) implements Message {}

    /**
     * The answer to {@link Resume}: the session goes on.
     *
     * @param proof as in {@link Welcome} or {@link Admitted}
     * @param received the number of the last chunk of the other side's that has arrived here
     */
    record Resumed(byte[] proof, long received) implements Message {}

    /**
     * Caller to runner: run this. A call is tried again under the same number; call and attempt together name one execution.
     *
     * @param author who packed the work and reads what comes of it: the caller, or a runner whose call this is
     * @param linked whether the work ends with its caller
     * @param timeoutMillis how long it may run, 0 for no limit
     * @param batch the id of the batch that it is in, empty for none
     * @param context what travels with the call, such as its trace
     */
    record Execute(
            long call,
            int attempt,
            ProcessRef author,
            boolean linked,
            long timeoutMillis,
            String batch,
            Map<String, String> context,
            byte[] work)
            implements Message {
        public Execute {
            context = Map.copyOf(context);
        }

        /** One that is in no batch. */
        public Execute(
                long call,
                int attempt,
                ProcessRef author,
                boolean linked,
                long timeoutMillis,
                Map<String, String> context,
                byte[] work) {
            this(call, attempt, author, linked, timeoutMillis, "", context, work);
        }
    }

    /** Caller to runner: the execution is no longer wanted. It may overtake a large {@link Execute}. */
    record Cancel(long call, int attempt) implements Message {}

    /**
     * Runner to caller: the closure returned.
     *
     * @param holdsSlot whether resident data of this result keeps the call's slot until {@link SlotFreed}
     */
    record Returned(long call, int attempt, boolean holdsSlot, byte[] result) implements Message {}

    /** Runner to caller: the closure, or packing its result, threw. */
    record Threw(long call, int attempt, byte[] failure) implements Message {}

    /**
     * Runner to caller: the call ended without an outcome of its own.
     *
     * @param stopped whether the closure's thread had left the closure when this was said
     */
    record Ended(long call, int attempt, Ending ending, boolean stopped) implements Message {}

    /** Why a call ended without an outcome of its own. */
    enum Ending {
        TIMED_OUT,
        CANCELLED,
        /** The runner takes no work any more; the call never began and may be sent elsewhere. */
        NOT_TAKEN
    }

    /** Runner to caller: a closure that had outlived its deadline or cancel has ended after all, or a strict slot is free. */
    record SlotFreed(long call) implements Message {}

    /**
     * Runner to caller: work of the call {@code parent} calls into the pool.
     *
     * @param id of the nested call, unique per runner
     * @param parent the call whose work calls, 0 for none
     * @param context what travels with the call, such as its trace
     */
    record Submit(long id, long parent, CallTerms terms, Map<String, String> context, byte[] work) implements Message {
        public Submit {
            context = Map.copyOf(context);
        }
    }

    /** Runner to caller: the nested call is no longer wanted. */
    record Withdraw(long id) implements Message {}

    /** Caller to runner: what came of a nested call. {@code from} packed it, and the runner reads it. */
    record Settled(long id, ProcessRef from, Settlement how, byte[] parcel) implements Message {}

    /** How a nested call ended. */
    enum Settlement {
        RETURNED,
        THREW,
        /** It has no outcome of its own; the parcel is the pool's exception. */
        FAILED
    }

    /**
     * Runner to caller: work there ends a batch. Nothing happens if none of that id is open.
     *
     * @param how what is to become of it
     */
    record EndBatch(String batch, BatchEnd how) implements Message {}

    /** How a batch is to end. */
    enum BatchEnd {
        CLOSE,
        CANCEL,
        DELETE
    }

    /** Runner to caller: how far the work of a call has come, for the status of its batch. */
    record BatchProgress(String batch, long call, long done, long total) implements Message {}

    /** Runner to caller: the work of a call waits for a nested one and lends its slot meanwhile, or takes it back. */
    record Lend(long call, boolean lent) implements Message {}

    /** Caller to runner: the objects that these calls placed there are to go. Each is answered by {@link SlotFreed}. */
    record Release(List<Long> calls) implements Message {
        public Release {
            calls = List.copyOf(calls);
        }

        /** A single one. */
        public Release(long call) {
            this(List.of(call));
        }
    }

    /** Runner to caller: a line that was printed there, by a call or, if {@code call} is 0, by something else. */
    record Output(long call, boolean error, String line) implements Message {
        /** How much a runner may have printed that its caller has not logged, in units of {@link #cost}. */
        public static final int WINDOW = 256 * 1024;

        private static final int COST_OF_ANY = 64;

        /** What a line counts for: about the bytes that it takes. */
        public int cost() {
            return line.length() + COST_OF_ANY;
        }
    }

    /** Caller to runner: so much {@link Output} is logged, in units of its cost. */
    record OutputTaken(long amount) implements Message {}

    /** One frame space asks another, directly or by way of the caller. Ids are unique per asking party. */
    record Ask(long id, ProcessRef from, ProcessRef to, byte[] request) implements Message {}

    /** The answer to an {@link Ask}. What it says is lent where it came over a link: to be closed, or left to the collector. */
    record Answer(long id, ProcessRef from, ProcessRef to, Reply reply) implements Message {}

    /** There will be no reply to an {@link Ask}: whom it was for is gone. */
    record Unanswered(long id, ProcessRef to, String reason) implements Message {}

    /** The asker no longer wants its answer. */
    record CancelAsk(long id, ProcessRef from, ProcessRef to) implements Message {}

    /** Remote garbage collection: what one party tells another. */
    record Gc(ProcessRef to, GcMessage message) implements Message {}

    /** Runner to caller: introduce me to that runner of the pool. Answered by {@link Meet}. */
    record Introduce(ProcessRef host) implements Message {}

    /**
     * Caller to runner: another runner is about to visit you. Answered by {@link Meet}, which is for the visitor.
     *
     * @param token the ticket by which the visitor shows itself to the host, once, 32 bytes
     * @param proof by which the host shows itself to the visitor, 32 bytes
     * @param validMillis how long the ticket is good for
     */
    record Expect(ProcessRef visitor, byte[] token, byte[] proof, long validMillis) implements Message {}

    /**
     * Host to visitor, by way of their caller, or from that itself: come here, or do not.
     *
     * @param token as in {@link Expect}
     * @param proof as in {@link Expect}
     * @param address where the host listens
     * @param refusal why there is no direct link; empty if there may be one, and then the rest counts
     */
    record Meet(ProcessRef visitor, ProcessRef host, byte[] token, byte[] proof, String address, String refusal)
            implements Message {

        /** There is no direct link. */
        public static Meet not(ProcessRef visitor, ProcessRef host, String refusal) {
            return new Meet(visitor, host, new byte[0], new byte[0], "", refusal);
        }
    }

    /**
     * Visitor to host, the first message of a direct link between two runners.
     *
     * @param token as in {@link Expect}
     * @param pid of the visitor's process
     * @param startMark tells that process from a later one of the same pid
     */
    record Visit(ProcessRef visitor, ProcessRef host, byte[] token, long pid, long startMark) implements Message {}

    /**
     * Host to visitor: the direct link is open. Lost connections of it are made again by the visitor, as a runner does with
     * its link to the caller.
     *
     * @param proof as in {@link Expect}
     * @param session the secret by which the visitor takes this session up again on another connection, 32 bytes
     * @param pid of the host's process
     * @param startMark as in {@link Visit}
     */
    record Admitted(byte[] proof, byte[] session, long pid, long startMark) implements Message {}

    /** Caller to runner: another runner of the pool is gone, and with it what it owned. */
    record PeerGone(ProcessRef peer, String cause) implements Message {}

    /** Both ways: I live. Any message counts as one. */
    record Heartbeat() implements Message {}

    /**
     * Runner to caller, whenever it changed: what is running and what is held here.
     *
     * @param paused whether memory is so short that no new work should come
     */
    record Status(int activeCalls, long residentCount, long residentBytes, boolean paused) implements Message {

        /** Before anything has happened. */
        public static Status none() {
            return new Status(0, 0, 0, false);
        }
    }

    /**
     * Caller to runner: end if you have nothing to do. Answered by {@link RetireAnswer}.
     *
     * @param check work that returns whether the runner may go, empty for none
     */
    record Retire(byte[] check) implements Message {}

    /** Runner to caller: whether it goes. After {@code true} it takes no work and exits. */
    record RetireAnswer(boolean goes) implements Message {}

    /**
     * Caller to runner: take no more work, finish what runs within this time, then exit.
     *
     * @param executions how many {@link Execute}s the caller has sent: a large one arrives later than this, and is answered
     *     before the runner ends
     * @param successors runners that may be asked to keep what others hold there, best first; none if that ends with it
     */
    record Shutdown(long drainMillis, long executions, List<ProcessRef> successors) implements Message {
        public Shutdown {
            successors = List.copyOf(successors);
        }

        /** To a runner with which all ends that is held there. */
        public Shutdown(long drainMillis, long executions) {
            this(drainMillis, executions, List.of());
        }

        /** To one that was sent nothing, either, that may still be on its way. */
        public Shutdown(long drainMillis) {
            this(drainMillis, 0);
        }
    }

    /** Runner to caller: what others hold there and nobody takes, so that it is lost when the runner ends, and why. */
    record FramesStranded(long count, long bytes, String reason) implements Message {}
}
