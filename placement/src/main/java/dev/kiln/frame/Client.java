package dev.kiln.frame;

import dev.kiln.KilnException;
import dev.kiln.frame.spi.Peers;
import dev.kiln.gc.ProcessRef;
import java.nio.file.Path;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/** Asks other parties about their frames, one round trip each. Any thread; blocks. */
final class Client {

    private final FrameSpace space;
    private final Peers peers;

    Client(FrameSpace space, Peers peers) {
        this.space = space;
        this.peers = peers;
    }

    Leaf compute(Plan plan) {
        return leaf(ask(plan, FrameRequest.Compute::new));
    }

    Table collect(Plan plan) {
        Leaf leaf = leaf(ask(plan, FrameRequest.Collect::new));
        if (leaf instanceof Table table) {
            return table;
        }
        leaf.release();
        throw new IllegalStateException(ownerOf(plan) + " sent a reference where data was asked for");
    }

    Schema describe(Plan plan) {
        return Facts.parse(ask(plan, FrameRequest.Describe::new, byte[].class));
    }

    long write(Plan plan, Format format, Path file) {
        // the path is the other machine's: not made absolute here
        return ask(plan, frame -> new FrameRequest.Write(frame, format, file.toString()), Long.class);
    }

    String preview(Plan plan, int rows) {
        return ask(plan, frame -> new FrameRequest.Preview(frame, rows), String.class);
    }

    byte[] pull(ProcessRef owner, FrameRequest.Pull pull) {
        return expect(ask(owner, pull), byte[].class, owner);
    }

    /** The party that runs the plan: see {@link Operands}. */
    static ProcessRef ownerOf(Plan plan) {
        return Operands.chosen(plan)
                .map(RemoteTable::owner)
                .orElseThrow(() -> new IllegalArgumentException("a plan without remote data runs here"));
    }

    private interface Request {
        FrameRequest of(Frame frame);
    }

    private Frame ask(Plan plan, Request request) {
        return ask(plan, request, Frame.class);
    }

    private <T> T ask(Plan plan, Request request, Class<T> expected) {
        for (Leaf leaf : plan.leaves()) {
            if (leaf instanceof RemoteTable remote) {
                remote.check();
            }
        }
        ProcessRef owner = ownerOf(plan);
        try (Frame frame = Frame.of(plan)) {
            return expect(ask(owner, request.of(frame)), expected, owner);
        } catch (KilnException e) {
            // The owner may have died under the request: its handles are lost, and that is what the user is to see.
            for (Leaf leaf : plan.leaves()) {
                if (leaf instanceof RemoteTable remote) {
                    remote.check();
                }
            }
            throw e;
        }
    }

    private @Nullable Object ask(ProcessRef owner, FrameRequest request) {
        try (Parcel parcel = space.packWork(request)) {
            Object answer = space.unpack(peers.ask(owner, parcel.bytes()), owner);
            if (answer instanceof Throwable failure) {
                throw Rethrown.here(failure, owner);
            }
            return answer;
        }
    }

    private static <T> T expect(@Nullable Object answer, Class<T> type, ProcessRef owner) {
        if (type.isInstance(answer)) {
            return type.cast(answer);
        }
        throw new IllegalStateException(owner + " answered with " + answer + " instead of a " + type.getSimpleName());
    }

    /** The one leaf of a frame that has just arrived; the caller has its one reference. */
    private static Leaf leaf(Frame arrived) {
        try (arrived) {
            return arrived.with(plan -> {
                if (!(plan instanceof Plan.Source(Leaf leaf))) {
                    throw new IllegalStateException("a result is not computed: " + plan);
                }
                leaf.retain();
                return leaf;
            });
        }
    }
}
