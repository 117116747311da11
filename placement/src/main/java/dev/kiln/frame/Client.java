package dev.kiln.frame;

import dev.kiln.KilnException;
import dev.kiln.frame.spi.Peers;
import dev.kiln.frame.spi.Reply;
import dev.kiln.gc.ProcessRef;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.arrow.vector.VectorSchemaRoot;
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
        return leaf(ask(plan, frame -> new FrameRequest.Compute(frame, Origins.here())));
    }

    Table collect(Plan plan) {
        return table(plan, ask(plan, FrameRequest.Collect::new));
    }

    private static Table table(Plan plan, Frame arrived) {
        Leaf leaf = leaf(arrived);
        if (leaf instanceof Table table) {
            return table;
        }
        leaf.release();
        throw new IllegalStateException(ownerOf(plan) + " sent a reference where data was asked for");
    }

    /** Shows the batches of the plan's result, which need not be here as a whole. Returns the number of rows. */
    long scan(Plan plan, Consumer<VectorSchemaRoot> reader) {
        RemoteScan scan = new RemoteScan(reader);
        Table rest = table(plan, ask(plan, FrameRequest.Collect::new, Frame.class, scan));
        try {
            return scan.rest(rest);
        } finally {
            rest.release();
        }
    }

    Schema describe(Plan plan) {
        ByteBuffer schema = ask(plan, FrameRequest.Describe::new, ByteBuffer.class);
        byte[] message = new byte[schema.remaining()];
        schema.get(message);
        return Facts.parse(message);
    }

    long write(Plan plan, Format format, Path file) {
        // the path is the other machine's: not made absolute here
        return ask(plan, frame -> new FrameRequest.Write(frame, format, file.toString()), Long.class);
    }

    String preview(Plan plan, int rows) {
        return ask(plan, frame -> new FrameRequest.Preview(frame, rows), String.class);
    }

    /** The message, in the answer as it came: close it. */
    Pieces pull(ProcessRef owner, FrameRequest.Pull pull) {
        try (Parcel parcel = space.packRequest(pull)) {
            Reply answer = owner.equals(space.self())
                    ? Reply.of(space.serve(parcel.bytes(), owner))
                    : peers.pull(owner, parcel.bytes());
            Pieces bytes = space.bytesOf(answer, owner);
            return bytes == null ? expect(value(answer.toArray(), owner), Pieces.class, owner) : bytes;
        }
    }

    /** The party that runs the plan: see {@link Operands}. */
    static ProcessRef ownerOf(Plan plan) {
        return ownerOf(plan, Set.of());
    }

    /** @param silent who is not to be asked */
    private static ProcessRef ownerOf(Plan plan, Set<ProcessRef> silent) {
        return Operands.chosen(plan, silent)
                .map(Operands.Site::owner)
                .orElseThrow(() -> new IllegalArgumentException("a plan without remote data runs here"));
    }

    /** Pins the data of a handle where it is, or ends that. */
    void pin(RemoteTable remote, boolean on) {
        boolean _ = ask(new Plan.Source(remote), frame -> new FrameRequest.Pin(frame, on), Boolean.class);
    }

    /** Has a party put what it has of this data on disk; how many bytes of it are there then. */
    long spill(ProcessRef owner, List<RemoteTable> handles) {
        List<Frame> frames = handles.stream()
                .map(handle -> Frame.of(new Plan.Source(handle)))
                .toList();
        try (Parcel parcel = space.packRequest(new FrameRequest.Spill(frames))) {
            return expect(ask(owner, parcel), Long.class, owner);
        } finally {
            frames.forEach(Frame::close);
        }
    }

    /** Returns when a party has taken all that it was told before, or is gone. */
    void settle(ProcessRef owner) {
        try (Parcel parcel = space.packRequest(new FrameRequest.Settle())) {
            Object _ = ask(owner, parcel);
        } catch (FrameLost gone) {
            return; // with all that it owned
        }
    }

    /** What others hold of a party. */
    List<?> inventory(ProcessRef owner) {
        try (Parcel parcel = space.packRequest(new FrameRequest.TakeInventory())) {
            return expect(ask(owner, parcel), List.class, owner);
        }
    }

    private interface Request {
        FrameRequest of(Frame frame);
    }

    private Frame ask(Plan plan, Request request) {
        return ask(plan, request, Frame.class);
    }

    /**
     * Asks where most of the data is. That may end or move under the request: as long as there is a copy somewhere else, that
     * is asked, since every request may be made twice.
     */
    private <T> T ask(Plan plan, Request request, Class<T> expected) {
        return ask(plan, request, expected, BatchFetch::table);
    }

    private <T> T ask(Plan plan, Request request, Class<T> expected, Unpacking.OfferReader offers) {
        Set<ProcessRef> silent = new HashSet<>();
        while (true) {
            check(plan);
            List<List<ProcessRef>> places = places(plan);
            ProcessRef owner = ownerOf(plan, silent);
            try (Frame frame = Frame.of(plan);
                    Parcel parcel = space.packRequest(request.of(frame))) {
                return expect(value(answer(owner, parcel.bytes(), silent), owner, offers), expected, owner);
            } catch (KilnException e) {
                // The owner may have died under the request: its handles are lost, and that is what the user is to see.
                check(plan);
                if (silent.contains(owner) ? !isElsewhere(plan, silent) : places.equals(places(plan))) {
                    throw e;
                }
            }
        }
    }

    /** @throws FrameLost if a part of the plan's data is gone */
    private static void check(Plan plan) {
        for (Leaf leaf : plan.leaves()) {
            if (leaf instanceof RemoteTable remote) {
                remote.check();
            }
        }
    }

    private static List<List<ProcessRef>> places(Plan plan) {
        List<List<ProcessRef>> places = new ArrayList<>();
        for (Leaf leaf : plan.leaves()) {
            if (leaf instanceof RemoteTable remote) {
                places.add(remote.owners());
            }
        }
        return places;
    }

    /** Whether all data is at parties other than these, too. */
    private static boolean isElsewhere(Plan plan, Set<ProcessRef> silent) {
        return places(plan).stream().noneMatch(silent::containsAll);
    }

    /** Asks one party. Its answer, unless that is a failure. */
    @Nullable
    Object ask(ProcessRef owner, Parcel request) {
        return value(answer(owner, request.bytes(), new HashSet<>()), owner);
    }

    /** Who could keep copies of data, best first. */
    List<ProcessRef> hosts() {
        ProcessRef directory = peers.directory();
        if (directory == null) {
            return peers.hosts();
        }
        try (Parcel parcel = space.packRequest(new FrameRequest.Hosts())) {
            List<?> hosts = expect(ask(directory, parcel), List.class, directory);
            return hosts.stream().map(ProcessRef.class::cast).toList();
        }
    }

    private @Nullable Object value(byte[] answer, ProcessRef owner) {
        return value(answer, owner, BatchFetch::table);
    }

    private @Nullable Object value(byte[] answer, ProcessRef owner, Unpacking.OfferReader offers) {
        Object value = space.unpack(answer, owner, offers);
        if (value instanceof Throwable failure) {
            throw Rethrown.here(failure, owner);
        }
        return value;
    }

    /**
     * Asks one party, which may be this one if what is asked for has just come here.
     *
     * @param silent is told if there is no answer since the party is gone
     */
    private byte[] answer(ProcessRef owner, byte[] request, Set<ProcessRef> silent) {
        if (owner.equals(space.self())) {
            return space.serve(request, owner);
        }
        try {
            return peers.ask(owner, request);
        } catch (FrameLost gone) {
            silent.add(owner);
            throw gone;
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
