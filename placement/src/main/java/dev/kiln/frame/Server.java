package dev.kiln.frame;

import dev.kiln.gc.ProcessRef;
import dev.kiln.gc.ResourceId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Answers the frame requests of other parties. Any thread; blocks; an interrupt ends a running statement. */
final class Server {

    /** A result of at most this size, in bytes, comes in the answer itself. */
    static final long INLINE = 1L << 20;

    private final FrameSpace space;

    Server(FrameSpace space) {
        this.space = space;
    }

    byte[] serve(byte[] request, ProcessRef asker) {
        try {
            Object asked = space.unpack(request, asker);
            if (asked instanceof FrameRequest frameRequest) {
                return answer(frameRequest, asker);
            }
            throw new IllegalArgumentException("not a frame request: " + asked);
        } catch (Throwable e) {
            // Whatever it was, the asker waits for an answer; a process that cannot go on will not send it.
            return space.packFailure(e, asker).bytes();
        }
    }

    private byte[] answer(FrameRequest request, ProcessRef asker) {
        return switch (request) {
            case FrameRequest.Compute(Frame frame, String origin) -> {
                try (Frame result = Frame.adopt(Origins.as(origin, () -> run(frame, Place::compute)))) {
                    yield space.pack(result, Packing.Way.PLACED, 0, asker).bytes();
                }
            }
            case FrameRequest.Collect(Frame frame) -> {
                try (Frame result = Frame.adopt(run(frame, Place::collect))) {
                    yield space.pack(result, Packing.Way.VALUE, INLINE, asker).bytes();
                }
            }
            case FrameRequest.Describe(Frame frame) -> ParcelHeader.raw(described(frame));
            case FrameRequest.Write(Frame frame, Format format, String file) -> {
                long rows = run(frame, (place, plan) -> place.write(plan, format, Path.of(file)));
                yield space.packResult(rows, asker).bytes();
            }
            case FrameRequest.Preview(Frame frame, int rows) ->
                space.packResult(run(frame, (place, plan) -> preview(place, plan, rows)), asker)
                        .bytes();
            case FrameRequest.Pull pull -> ParcelHeader.sealedRaw(pulled(pull));
            case FrameRequest.Keep keep -> keep(keep, asker);
            case FrameRequest.Moved(List<Long> numbers, List<Frame> places) -> {
                for (int i = 0; i < places.size(); i++) {
                    moved(new ResourceId(asker, numbers.get(i)), places.get(i));
                }
                yield space.packResult(null, asker).bytes();
            }
            case FrameRequest.Pin(Frame frame, boolean on) -> {
                try (frame) {
                    Pins.set(frame, asker, on);
                }
                yield space.packResult(on, asker).bytes();
            }
            case FrameRequest.Spill(List<Frame> frames) -> {
                try {
                    yield space.packResult(Spilling.asked(frames), asker).bytes();
                } finally {
                    frames.forEach(Frame::close);
                }
            }
            case FrameRequest.Settle _ -> {
                space.peers().caughtUp();
                yield space.packResult(null, asker).bytes();
            }
            case FrameRequest.TakeInventory _ -> {
                space.peers().caughtUp(); // what the asker has let go of before it asked is not held any more
                yield space.packResult(Inventory.taken(space.books()), asker).bytes();
            }
            case FrameRequest.Hosts _ ->
                space.packResult(space.client().hosts(), asker).bytes();
        };
    }

    private byte[] keep(FrameRequest.Keep keep, ProcessRef asker) {
        List<Frame> frames = keep.frames();
        if (space.books().leaving()) {
            frames.forEach(Frame::close);
            throw new FrameRefused(space.self().name() + " is about to end itself", null);
        }
        List<Frame> kept = new ArrayList<>();
        try {
            for (int i = 0; i < frames.size(); i++) {
                Frame made = Frame.adopt(local(frames.get(i), Engine::run));
                kept.add(made);
                keep.pinners().get(i).forEach(by -> Pins.keep(made, by));
            }
            return space.pack(kept, Packing.Way.PLACED, 0, asker).bytes();
        } finally {
            frames.forEach(Frame::close);
            kept.forEach(Frame::close);
        }
    }

    private void moved(ResourceId from, Frame place) {
        try (place) {
            place.with(plan -> {
                if (plan instanceof Plan.Source(Leaf leaf)) {
                    space.elsewhere().moved(from, leaf);
                }
                return from;
            });
        }
    }

    private static String preview(Place place, Plan plan, int rows) {
        Table first = place.collect(new Plan.Slice(plan, 0, rows));
        try {
            return first.preview(rows);
        } finally {
            first.release();
        }
    }

    /** The message with room for a parcel's header before it. */
    private byte[] pulled(FrameRequest.Pull pull) {
        Table table = space.books().take(pull.number());
        if (table == null) {
            throw new FrameLost("frame " + space.self().name() + "/" + pull.number() + " is no longer here", null);
        }
        try {
            return PieceMessage.of(table, pull.batch(), pull.fromRow(), pull.rows(), ParcelHeader.LENGTH);
        } finally {
            table.release();
        }
    }

    /** Without the data of other parties: their types are enough. */
    private static byte[] described(Frame frame) {
        Function<Plan, byte[]> describe = plan -> {
            Table described = Table.empty(Engine.describe(plan));
            try {
                return described.schemaMessage();
            } finally {
                described.release();
            }
        };
        return local(frame, remote -> Table.empty(remote.schema()), describe);
    }

    /**
     * Runs an operation on the frame's plan where it was asked for, which is here, and closes the frame. A party that is about
     * to end passes on what it can: its data is elsewhere by now, and nothing new is to stay here.
     */
    private <T> T run(Frame frame, BiFunction<Place, Plan, T> operation) {
        if (!space.books().leaving()) {
            return local(frame, plan -> operation.apply(new Place.Here(), plan));
        }
        try (frame) {
            return frame.with(plan -> operation.apply(Place.of(plan), plan));
        }
    }

    /** Runs an operation on the frame's plan with all data here, and closes the frame. */
    private static <T> T local(Frame frame, Function<Plan, T> operation) {
        try (frame) {
            return frame.with(plan -> Gathering.run(plan, operation));
        }
    }

    /** Runs an operation on the frame's plan with other data in the place of handles, and closes the frame. */
    private static <T> T local(Frame frame, Function<RemoteTable, Table> fetch, Function<Plan, T> operation) {
        IdentityHashMap<RemoteTable, Table> fetched = new IdentityHashMap<>();
        UnaryOperator<Leaf> here =
                leaf -> leaf instanceof RemoteTable remote ? fetched.computeIfAbsent(remote, fetch) : leaf;
        try (frame) {
            return frame.with(plan -> operation.apply(plan.map(here)));
        } finally {
            fetched.values().forEach(Leaf::release);
        }
    }
}
