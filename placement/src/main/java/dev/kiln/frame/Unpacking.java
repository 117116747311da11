package dev.kiln.frame;

import dev.kiln.frame.spi.Scope;
import dev.kiln.gc.ProcessRef;
import dev.kiln.gc.ResourceId;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.types.Types;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/** The frames and residents of one message, while it is read. One thread at a time. */
final class Unpacking implements ObjectReader.FrameSource, AutoCloseable {

    /** Makes the data of an offer a table, with one reference. */
    interface OfferReader {
        Table table(FrameSpace space, ProcessRef sender, Entry.Offer offer);
    }

    private final FrameSpace space;
    private final ProcessRef sender;
    private final OfferReader offers;

    /** By index, each with one reference, which ends with this object: frames and residents have their own. */
    private final List<Asset> assets = new ArrayList<>();

    /** Values that came along, each with one reference, which ends with this attempt. */
    private final List<LocalValue> arrived = new ArrayList<>();

    private final List<Frame> made = new ArrayList<>();
    private final List<Resident<?>> residents = new ArrayList<>();
    private final List<ResourceId> named = new ArrayList<>();

    Unpacking(FrameSpace space, ProcessRef sender, OfferReader offers) {
        this.space = space;
        this.sender = sender;
        this.offers = offers;
    }

    void open(List<Entry> entries) {
        for (Entry entry : entries) {
            assets.add(
                    switch (entry) {
                        case Entry.Reference reference -> {
                            named.addAll(reference.ids());
                            yield leaf(reference);
                        }
                        case Entry.Value value -> {
                            named.add(value.id());
                            yield value(value);
                        }
                        case Entry.Inline inline -> {
                            inline.batches().forEach(batch -> Traffic.copied(batch.length));
                            yield Origins.as(
                                    inline.origin(), () -> Table.fromMessages(inline.schema(), inline.batches()));
                        }
                        case Entry.Offer offer ->
                            Origins.as(offer.facts().origin(), () -> offers.table(space, sender, offer));
                    });
        }
    }

    /**
     * What a reference in a message stands for, with one reference: the table itself if a copy is one of this party's, unless
     * that has moved away.
     */
    private Leaf leaf(Entry.Reference reference) {
        List<ResourceId> elsewhere = new ArrayList<>();
        for (ResourceId id : reference.ids()) {
            Leaf own = id.owner().equals(space.self()) ? space.books().find(id.number()) : null;
            if (own != null) {
                return own;
            }
            if (!id.owner().equals(space.self())) {
                elsewhere.add(id);
            }
        }
        List<Seat> seats = elsewhere.isEmpty()
                ? List.of(notHeld(reference.ids().getFirst()))
                : space.elsewhere().opened(elsewhere);
        return new RemoteTable(space, seats, Tie.FOLLOWS, reference.facts());
    }

    /** What a value in a message stands for, with one reference: the value itself if it is one of this party's. */
    private ResidentValue value(Entry.Value value) {
        if (!value.id().owner().equals(space.self())) {
            return new RemoteValue(space, space.elsewhere().opened(value.id()), Tie.FOLLOWS, value.type());
        }
        LocalValue local = space.books().takeValue(value.id().number());
        return local != null ? local : new RemoteValue(space, notHeld(value.id()), Tie.FOLLOWS, value.type());
    }

    private static Seat notHeld(ResourceId own) {
        return new Seat(own, new Fate(new FrameLost("nobody held it any more", null)));
    }

    /** What the message named, read or not. */
    List<ResourceId> named() {
        return named;
    }

    /** Begins once more: what an attempt before has made is of no use. */
    void restart() {
        for (Frame frame : made) {
            frame.close();
        }
        made.clear();
        for (Resident<?> resident : residents) {
            resident.close();
        }
        residents.clear();
        releaseArrived();
    }

    @Override
    public Asset asset(int index) throws IOException {
        if (index < 0 || index >= assets.size()) {
            throw new InvalidObjectException("frame or resident " + index + " of " + assets.size());
        }
        return assets.get(index);
    }

    @Override
    public LocalValue arrived(Object value) {
        LocalValue local = new LocalValue(value);
        arrived.add(local);
        return local;
    }

    @Override
    public Resident<?> resident(@Nullable ResidentValue value, boolean kept) {
        if (value == null) {
            return Resident.closed();
        }
        Resident<?> resident = Resident.on(value);
        residents.add(resident);
        if (kept) {
            keep(resident.grip());
        }
        return resident;
    }

    @Override
    public Frame frame(@Nullable Plan plan, boolean kept) {
        if (plan == null) {
            return closed();
        }
        Frame frame = Frame.of(plan);
        made.add(frame);
        if (kept) {
            keep(frame.member());
        }
        return frame;
    }

    private static void keep(Scope.Member member) {
        Scope scope = Scope.bound();
        if (scope != null) {
            scope.kept(member);
        }
    }

    /** Apart, so that a message without frames loads nothing of Arrow. */
    private static Frame closed() {
        Field column = Field.nullable("closed", Types.MinorType.INT.getType());
        Frame closed = Frame.adopt(Table.empty(new Schema(List.of(column))));
        closed.close();
        return closed;
    }

    /** Gives back the references that the frames and residents do not have. */
    @Override
    public void close() {
        for (Asset asset : assets) {
            asset.release();
        }
        assets.clear();
        releaseArrived();
    }

    private void releaseArrived() {
        for (LocalValue value : arrived) {
            value.release();
        }
        arrived.clear();
    }
}
