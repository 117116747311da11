package dev.kiln.frame;

import dev.kiln.gc.ProcessRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The frames and residents of one message, from the first that the serializer meets until the parcel is made. One thread at a time.
 *
 * <p>Assets are collected while the body is written and nothing is registered until that has succeeded, so that a value
 * that cannot cross leaves no trace, and a second attempt with a larger stack finds everything as it was.
 */
final class Packing implements ObjectWriter.FrameMarks, AutoCloseable {

    /** Data of one message that crosses in the message itself where memory cannot be shared. */
    private static final long INLINE_TOTAL = 64L << 20;

    /** A table that crosses in the message even if memory can be shared, or the message is full. */
    private static final long INLINE_SHARED = 64L << 10;

    /** A message with more frames than this has no previews of them. */
    private static final int PREVIEWS = 100;

    /** How frames cross. */
    enum Way {
        /** As their plans; local data by value, other data by reference. */
        PLAN,
        /** Computed; local data stays here. */
        PLACED,
        /** Computed; local data by value. */
        VALUE,
        /** Computed; all data by value, wherever it is. */
        WHOLE,
        /** Not at all: they arrive closed. */
        CLOSED
    }

    private final FrameSpace space;
    private final Way way;
    private final long inlineUpTo;
    private final Tie passedOn;

    /** Exceptions that cross as pictures. */
    private final Set<Throwable> pictured;

    /**
     * In the eyes of {@link Parcel#bytesByOwner}, a value that stays weighs more than any data: that can be moved, or read
     * from elsewhere, and the value cannot.
     */
    private static final long WEIGHT_OF_VALUE = 1L << 50;

    /** Each asset that is named once, with one reference of this packing, in the order of its index. */
    private final List<Asset> assets = new ArrayList<>();

    private final IdentityHashMap<Asset, Box> marks = new IdentityHashMap<>();
    private final IdentityHashMap<Frame, FrameMark> computed = new IdentityHashMap<>();
    private final IdentityHashMap<RemoteTable, Table> fetched = new IdentityHashMap<>();
    /** Arrays that cross through shared memory, each with one reference to what they were written to. */
    private final IdentityHashMap<Object, Table> numbers = new IdentityHashMap<>();

    /**
     * @param inlineUpTo size in bytes up to which a table crosses in the message itself; 0: as memory can be shared or not
     * @param lasting whether the message may be read after this process has ended
     * @param pictured exceptions that cross as pictures
     */
    Packing(FrameSpace space, Way way, long inlineUpTo, boolean lasting, Set<Throwable> pictured) {
        this.space = space;
        this.way = way;
        this.inlineUpTo = inlineUpTo;
        this.passedOn = lasting ? Tie.LENT : Tie.STAYS;
        this.pictured = pictured;
    }

    @Override
    public Object mark(Frame frame) {
        return switch (way) {
            case PLAN -> new FrameMark(frame.plan(), frame.member().membership().isKept());
            case CLOSED -> new FrameMark(null, false);
            case PLACED, VALUE, WHOLE -> computed(frame);
        };
    }

    private FrameMark computed(Frame frame) {
        FrameMark known = computed.get(frame);
        if (known == null) {
            Leaf leaf = frame.with(Packing::computed);
            try {
                mark(leaf);
            } finally {
                leaf.release();
            }
            known = new FrameMark(
                    new Plan.Source(leaf), frame.member().membership().isKept());
            computed.put(frame, known);
        }
        return known;
    }

    /** What the plan results in where its data is, which is that itself where nothing is to be done; one reference. */
    static Leaf computed(Plan plan) {
        if (plan instanceof Plan.Source(Leaf leaf)) {
            leaf.retain();
            return leaf;
        }
        return Place.of(plan).compute(plan);
    }

    @Override
    public Object mark(Resident<?> resident) {
        return new ResidentMark(
                way == Way.CLOSED ? null : resident.value(),
                resident.grip().membership().isKept());
    }

    @Override
    public Box mark(Asset asset) {
        Box known = marks.get(asset);
        if (known == null) {
            Object sent = asset instanceof ResidentValue value ? sent(value) : null;
            known = sent == null ? named(asset) : new ValueMark(sent);
            marks.put(asset, known);
        }
        return known;
    }

    private AssetMark named(Asset asset) {
        if (asset instanceof RemoteTable remote) {
            remote.check();
        }
        assets.add(ours(asset));
        return new AssetMark(assets.size() - 1);
    }

    /** What crosses in its place, with one reference. */
    private Asset ours(Asset asset) {
        if (asset instanceof RemoteTable remote && !comesAlong(remote.space())) {
            return space.elsewhere().named(remote, passedOn);
        }
        if (asset instanceof RemoteValue remote && !comesAlong(remote.space())) {
            return space.elsewhere().named(remote, passedOn);
        }
        Asset ours = asset instanceof RemoteTable remote ? fetched(remote) : asset;
        ours.retain();
        return ours;
    }

    @Override
    public @Nullable Object sent(ResidentValue value) {
        return switch (value) {
            case LocalValue local -> way == Way.PLACED || way == Way.CLOSED ? null : local.value();
            case RemoteValue remote -> {
                remote.check();
                if (way != Way.CLOSED && comesAlong(remote.space())) {
                    throw new Refusal("a " + remote.type() + " that stays on " + remote.owner()
                            + (way == Way.WHOLE ? " cannot be kept elsewhere" : " cannot be reached from another pool")
                            + "; leave it out, or take what you need of it in a closure that runs there");
                }
                yield null;
            }
        };
    }

    /** Nobody may be needed afterwards, or a handle of another pool means nothing here. */
    private boolean comesAlong(FrameSpace of) {
        return way == Way.WHOLE || of != space;
    }

    /** The data of a handle, which comes along in its place. */
    private Table fetched(RemoteTable remote) {
        return fetched.computeIfAbsent(remote, key -> key.space().client().collect(new Plan.Source(key)));
    }

    @Override
    public Object numbers(Object array) {
        if (PrimitiveArrays.bytes(array) < LargeArray.LEAST_BYTES || way == Way.WHOLE || !space.sharesMemory()) {
            return array;
        }
        Table known = numbers.get(array);
        if (known == null) {
            known = LargeArray.share(array);
            if (known == null) {
                return array; // no memory or descriptor left for that: it goes as all others do
            }
            numbers.put(array, known);
        }
        return new LargeArray(mark(known));
    }

    @Override
    public Throwable mark(Throwable failure) {
        return pictured.contains(failure) ? RemoteFailure.of(failure) : failure;
    }

    /** Who owns what is passed on. */
    Set<ProcessRef> owners() {
        Set<ProcessRef> owners = new HashSet<>();
        for (Asset asset : assets) {
            switch (asset) {
                case RemoteTable remote -> remote.seats().forEach(seat -> owners.add(seat.owner()));
                case RemoteValue remote -> owners.add(remote.seat().owner());
                case Table _, LocalValue _ -> {}
            }
        }
        return owners;
    }

    /**
     * Registers the frames and makes the parcel.
     *
     * @param out a place for the header, then the body
     * @param receiver who reads it; null for work, of which that is not known yet
     */
    Parcel finish(ByteBuilder out, @Nullable ProcessRef receiver) {
        int bodyLength = out.length() - ParcelHeader.LENGTH;
        List<Asset> stays = new ArrayList<>();
        List<Table> offered = new ArrayList<>();
        List<Integer> stayNumbers = new ArrayList<>();
        List<Integer> offerNumbers = new ArrayList<>();
        List<Asset> passing = new ArrayList<>();
        Map<ProcessRef, Long> bytesByOwner = new HashMap<>();
        long room = INLINE_TOTAL;

        if (!assets.isEmpty()) {
            ManifestWriter manifest = new ManifestWriter(out);
            manifest.count(assets.size());
            for (Asset asset : assets) {
                switch (asset) {
                    case RemoteTable remote -> {
                        manifest.reference(remote.seats(), remote.facts());
                        remote.owners().forEach(owner -> bytesByOwner.merge(owner, remote.bytes(), Long::sum));
                        passing.add(remote);
                    }
                    case RemoteValue remote -> {
                        manifest.value(remote.seat().id(), remote.type());
                        bytesByOwner.merge(remote.seat().owner(), WEIGHT_OF_VALUE, Long::sum);
                        passing.add(remote);
                    }
                    case LocalValue local -> {
                        stayNumbers.add(manifest.value(space.self(), local.type()));
                        stays.add(local);
                    }
                    case Table table
                    when way == Way.PLACED && !numbers.containsValue(table) -> {
                        stayNumbers.add(manifest.reference(space.self(), Facts.of(table, assets.size() <= PREVIEWS)));
                        stays.add(table);
                    }
                    case Table table -> {
                        if (isInline(table, room, receiver)) {
                            manifest.inline(table);
                            room -= table.bytes();
                        } else {
                            offerNumbers.add(manifest.offer(table, space.image(table)));
                            offered.add(table);
                        }
                    }
                }
            }
        }
        // From here on nothing can fail but the registration itself: what it has registered will be sent.
        byte[] bytes = out.toByteArray();
        if (receiver == null) {
            return work(bytes, bodyLength, offered, offerNumbers, bytesByOwner);
        }
        passing.addAll(offered);
        List<Long> given = space.books().place(stays, passing, receiver);
        ParcelHeader.patch(bytes, stayNumbers, given.subList(0, stays.size()));
        ParcelHeader.patch(bytes, offerNumbers, given.subList(given.size() - 1 - offered.size(), given.size() - 1));
        ParcelHeader.seal(bytes, ParcelHeader.JAVA, given.getLast(), bodyLength);
        return new Parcel(bytes, bytesByOwner, given.subList(0, stays.size()), null);
    }

    private boolean isInline(Table table, long room, @Nullable ProcessRef receiver) {
        long most = inlineUpTo > 0 ? inlineUpTo : space.sharesMemory() ? INLINE_SHARED : Math.max(room, INLINE_SHARED);
        if (way != Way.WHOLE && !space.sharesMemory() && space.peers().pullsStraight(receiver)) {
            most = Math.min(most, INLINE_SHARED); // what is offered need not go by way of the caller
        }
        return table.bytes() <= most;
    }

    private Parcel work(
            byte[] bytes,
            int bodyLength,
            List<Table> offered,
            List<Integer> offerNumbers,
            Map<ProcessRef, Long> bytesByOwner) {
        List<Long> given = space.books().offer(offered);
        ParcelHeader.patch(bytes, offerNumbers, given);
        ParcelHeader.seal(bytes, ParcelHeader.JAVA, 0, bodyLength);
        if (assets.isEmpty()) {
            return new Parcel(bytes, bytesByOwner, List.of(), null);
        }
        List<Asset> kept = List.copyOf(assets);
        assets.clear();
        return new Parcel(bytes, bytesByOwner, List.of(), () -> {
            space.books().withdraw(given);
            kept.forEach(Asset::release);
        });
    }

    /** Gives back what the parcel does not keep. */
    @Override
    public void close() {
        // loops: lambdas here would be linked in every first call
        for (Asset asset : assets) {
            asset.release();
        }
        for (Table table : fetched.values()) {
            table.release();
        }
        for (Table table : numbers.values()) {
            table.release();
        }
        assets.clear();
        fetched.clear();
        numbers.clear();
    }
}
