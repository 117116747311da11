package dev.kiln.frame;

import dev.kiln.KilnException;
import dev.kiln.gc.ProcessRef;
import dev.kiln.gc.ResourceId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Has other parties keep copies of data, as ordinary frames of theirs that this party holds. Any thread; blocks. */
final class Copies {

    private final FrameSpace space;
    private final Client client;

    Copies(FrameSpace space, Client client) {
        this.space = space;
        this.client = client;
    }

    /**
     * Has one party keep tables of this one, pinned for those for whom they are pinned here.
     *
     * @return handles on them there, in order, each with one reference
     * @throws FrameRefused if it has no room, or is about to end itself
     * @throws KilnException if it did not answer
     */
    List<RemoteTable> keep(ProcessRef host, List<Table> tables) {
        List<Frame> frames =
                tables.stream().map(table -> Frame.of(new Plan.Source(table))).toList();
        List<Set<ProcessRef>> pinners =
                tables.stream().map(table -> table.storage().pinners()).toList();
        try (Parcel parcel = space.packRequest(new FrameRequest.Keep(frames, pinners))) {
            return kept(host, parcel, frames.size());
        } finally {
            frames.forEach(Frame::close);
        }
    }

    private List<RemoteTable> kept(ProcessRef host, Parcel parcel, int count) {
        Object answer = client.ask(host, parcel);
        try {
            List<RemoteTable> kept = new ArrayList<>();
            if (answer instanceof List<?> frames) {
                for (Object each : frames) {
                    if (each instanceof Frame frame && frame.plan() instanceof Plan.Source(RemoteTable handle)) {
                        handle.retain();
                        kept.add(handle);
                    }
                }
            }
            if (kept.size() != count) {
                kept.forEach(Leaf::release);
                throw new IllegalStateException(host + " was to keep " + count + " frames and answered with " + answer);
            }
            return kept;
        } finally {
            Frame.closeAll(answer);
        }
    }

    /**
     * A handle on that many copies of some data. Parties that have one count; the others are asked at the same time, and with
     * the same bytes: where memory is shared, all map what this party has written once.
     *
     * @param leaf the data, here or elsewhere; the reference stays the caller's
     * @param hosts who may be asked, best first
     * @throws FrameRefused if fewer parties took one; none is left then
     */
    RemoteTable spread(Leaf leaf, List<ProcessRef> hosts, int copies) {
        if (copies < 1) {
            throw new IllegalArgumentException("the number of copies must be at least 1, was " + copies);
        }
        List<RemoteTable> made = new ArrayList<>();
        try {
            if (leaf instanceof RemoteTable remote && remote.space() == space) {
                remote.check();
                remote.retain();
                made.add(remote);
            }
            Deque<ProcessRef> others = new ArrayDeque<>(hosts);
            others.remove(space.self()); // what this party keeps is no handle
            made.forEach(handle -> others.removeAll(handle.owners()));
            make(leaf, others, copies, made);
            List<ResourceId> places = made.stream()
                    .flatMap(handle -> handle.places().stream())
                    .map(Seat::id)
                    .toList();
            return new RemoteTable(
                    space,
                    space.elsewhere().opened(places),
                    Tie.FOLLOWS,
                    made.getFirst().facts());
        } finally {
            made.forEach(Leaf::release);
        }
    }

    private void make(Leaf leaf, Deque<ProcessRef> others, int copies, List<RemoteTable> made) {
        @Nullable KilnException refusal = null;
        try (Frame frame = Frame.of(new Plan.Source(leaf));
                Parcel parcel = space.packRequest(new FrameRequest.Keep(List.of(frame), List.of(Set.of())));
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int missing = copies - count(made); missing > 0; missing = copies - count(made)) {
                if (others.size() < missing) {
                    String why = refusal == null ? "" : "; the last one that did not: " + refusal.getMessage();
                    throw new FrameRefused(
                            copies + " copies were asked for, and only " + (count(made) + others.size())
                                    + " runners could have one" + why + "; have more runners, or ask for fewer copies",
                            refusal);
                }
                List<Future<List<RemoteTable>>> asked = new ArrayList<>();
                for (int i = 0; i < missing; i++) {
                    ProcessRef host = others.remove();
                    asked.add(threads.submit(() -> kept(host, parcel, 1)));
                }
                KilnException last = collect(asked, made, threads);
                refusal = last == null ? refusal : last;
            }
        }
    }

    private static int count(List<RemoteTable> made) {
        return made.stream().mapToInt(handle -> handle.owners().size()).sum();
    }

    /** Waits for all; why one of them failed, if one has. */
    private static @Nullable KilnException collect(
            List<Future<List<RemoteTable>>> asked, List<RemoteTable> made, ExecutorService threads) {
        @Nullable KilnException failure = null;
        boolean interrupted = false;
        for (Future<List<RemoteTable>> one : asked) {
            while (true) {
                try {
                    made.addAll(one.get());
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                    threads.shutdownNow(); // each ends, and is waited for: what it may have got is to be given back
                } catch (ExecutionException e) {
                    failure = e.getCause() instanceof KilnException known
                            ? known
                            : new FrameRefused("a copy could not be made: " + e.getCause(), e.getCause());
                    break;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
            throw new QueryInterrupted("interrupted while copies of a frame were made", null);
        }
        return failure;
    }
}
