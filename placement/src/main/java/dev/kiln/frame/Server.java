package dev.kiln.frame;

import dev.kiln.gc.ProcessRef;
import java.nio.file.Path;
import java.util.IdentityHashMap;
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
            case FrameRequest.Compute(Frame frame) -> {
                try (Frame result = Frame.adopt(local(frame, Engine::run))) {
                    yield space.pack(result, Packing.Way.PLACED, 0, asker).bytes();
                }
            }
            case FrameRequest.Collect(Frame frame) -> {
                try (Frame result = Frame.adopt(local(frame, Engine::run))) {
                    yield space.pack(result, Packing.Way.VALUE, INLINE, asker).bytes();
                }
            }
            case FrameRequest.Describe(Frame frame) -> ParcelHeader.raw(described(frame));
            case FrameRequest.Write(Frame frame, Format format, String file) -> {
                long rows = local(frame, plan -> Engine.write(plan, format, Path.of(file)));
                yield space.packResult(rows, asker).bytes();
            }
            case FrameRequest.Preview(Frame frame, int rows) ->
                space.packResult(local(frame, plan -> preview(plan, rows)), asker)
                        .bytes();
            case FrameRequest.Pull pull -> ParcelHeader.raw(pulled(pull));
        };
    }

    private static String preview(Plan plan, int rows) {
        Table first = Engine.run(new Plan.Slice(plan, 0, rows));
        try {
            return first.preview(rows);
        } finally {
            first.release();
        }
    }

    private byte[] pulled(FrameRequest.Pull pull) {
        Table table = space.books().take(pull.number());
        if (table == null) {
            throw new FrameLost("frame " + space.self() + "/" + pull.number() + " is no longer here", null);
        }
        try {
            return table.batchMessage(pull.batch(), pull.fromRow(), pull.rows());
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
