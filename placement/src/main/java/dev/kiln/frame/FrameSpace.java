package dev.kiln.frame;

import dev.kiln.KilnException;
import dev.kiln.frame.spi.Peers;
import dev.kiln.frame.spi.Reply;
import dev.kiln.gc.Acknowledged;
import dev.kiln.gc.Collect;
import dev.kiln.gc.GcMessage;
import dev.kiln.gc.ProcessRef;
import dev.kiln.gc.Update;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One party's part in a pool's frames: what crosses to other parties and back goes through here.
 *
 * <pre>{@code
 * FrameSpace space = FrameSpace.open(self, peers, SpaceOptions.defaults());
 *
 * try (Parcel work = space.packWork(closure)) {          // the caller: one parcel per call, open until it is over
 *     send(runner, work.bytes());
 *     Object value = space.unpack(receive(), runner);    // with handles in the places of frames
 * }
 *
 * Object closure = space.unpack(bytes, caller);          // the runner
 * send(caller, space.packResult(run(closure), caller).bytes());
 * }</pre>
 *
 * <p>Values cross by Java serialization, identity and cycles kept. A frame in a result is computed if it was lazy, stays
 * here, and is held for the receiver from then on: first by the message, then by the receiver's hold, until that is
 * released, or the receiver is gone or silent for longer than its lease. A frame in work crosses as its plan: data of this
 * process by value, data of others by reference; where it comes back to its owner it is the table itself.
 *
 * <p><b>Thread contract.</b> Everything may be called from any thread. {@link #on}, {@link #heard}, {@link #gone}, {@link
 * #refuse} and {@link #tick} never block, so link threads may call them. Packing and unpacking run code of the user's
 * classes and may compute or fetch frames: they and {@link #serve} block, and an interrupt ends that.
 *
 * <p><b>Order.</b> What this party holds is told to the owners before a parcel with a result leaves {@link #packResult} (or
 * {@link #packFailure}, or {@link #serve}), since that result may end the hold under which it got to know them. See {@link
 * Peers} for what the links must keep.
 */
public final class FrameSpace implements AutoCloseable {

    /** How long the values of a party that ends have to be closed. */
    private static final Duration CLOSING = Duration.ofSeconds(3);

    private final ProcessRef self;
    private final SpaceOptions options;
    private final Books books;
    private final Elsewhere elsewhere;
    private final Client client;
    private final Copies copies;
    private final Removal removal;
    private final Server server;
    private final Reading reading;
    private final Writing writing;
    private final Peers peers;
    private final AtomicBoolean tracing;

    private FrameSpace(ProcessRef self, Peers peers, SpaceOptions options, LongSupplier nanos) {
        this.self = self;
        this.options = options;
        this.books = new Books(self, options.lease(), peers, nanos);
        this.elsewhere = new Elsewhere(self, peers, nanos);
        this.client = new Client(this, peers);
        this.copies = new Copies(this, client);
        this.removal = new Removal(this, books, client, copies, nanos);
        this.server = new Server(this);
        this.reading = new Reading(this, options);
        this.writing = new Writing(this, options);
        this.peers = peers;
        this.tracing = new AtomicBoolean(options.traceFrames());
        if (options.traceFrames()) {
            Origins.want();
        }
    }

    /**
     * Opens the part of one party. A caller has one per pool, a runner has one.
     *
     * @param self this party, with an incarnation larger than that of its life before
     * @param peers the way to the others
     * @param options what crosses how
     */
    public static FrameSpace open(ProcessRef self, Peers peers, SpaceOptions options) {
        return open(self, peers, options, System::nanoTime);
    }

    /** @param nanos a monotonic clock */
    static FrameSpace open(ProcessRef self, Peers peers, SpaceOptions options, LongSupplier nanos) {
        return new FrameSpace(self, peers, options, nanos);
    }

    /** This party. */
    public ProcessRef self() {
        return self;
    }

    // ---- what crosses

    /** Packs work that ends with this party. */
    public Parcel packWork(@Nullable Object work) {
        return packWork(work, false);
    }

    /**
     * Packs a closure or its arguments for a runner, before it is known for which.
     *
     * @param work the value; its frames stay as they are, lazy ones lazy
     * @param lasting whether the work goes on if this party ends: then the owners of the frames in it are told first, lest they
     *     free them meanwhile
     * @return to be closed when the call is over: until then the frames in it are held
     * @throws NotTransferable if a part of it cannot cross; nothing is held then
     * @throws FrameLost if it holds a frame whose data is gone
     */
    public Parcel packWork(@Nullable Object work, boolean lasting) {
        return writing.pack(work, "the closure", Packing.Way.PLAN, 0, null, lasting);
    }

    /** The same for a request: if this party ends, nobody needs its answer. */
    Parcel packRequest(FrameRequest request) {
        return writing.pack(request, "the request", Packing.Way.PLAN, 0, null, false);
    }

    /**
     * Packs what a closure returned. Its lazy frames are computed, where their data is.
     *
     * @param value the value
     * @param receiver who will read it; the frames in it are held for it
     * @throws NotTransferable if a part of it cannot cross; nothing is held then
     * @throws KilnException if a lazy frame could not be computed; nothing is held then
     */
    public Parcel packResult(@Nullable Object value, ProcessRef receiver) {
        Packing.Way way = options.placeFrames() ? Packing.Way.PLACED : Packing.Way.VALUE;
        return writing.pack(value, "the result", way, 0, receiver, true);
    }

    /**
     * Packs what a closure threw: as it is if it can cross, exceptions in it that cannot as {@link RemoteFailure}. Frames
     * in it arrive closed. {@link #unpack} returns the exception. Throws nothing but for want of memory.
     */
    public Parcel packFailure(Throwable failure, ProcessRef receiver) {
        FailureBox box = FailurePacking.box(this, failure, options.substitution());
        return writing.pack(box, FailurePacking.LABEL, Packing.Way.CLOSED, 0, receiver, false);
    }

    /**
     * Packs a value so that its bytes need nobody afterwards: they hold the data of all its frames, wherever that is, and may
     * be kept for as long as one likes and unpacked anywhere, any number of times.
     *
     * @throws NotTransferable if a part of it cannot cross
     * @throws KilnException if the data of a frame could not be had
     */
    public byte[] packWhole(@Nullable Object value) {
        try (Parcel parcel = writing.pack(value, "the value", Packing.Way.WHOLE, Long.MAX_VALUE, null, false)) {
            return parcel.bytes();
        }
    }

    /** @param inlineUpTo size in bytes up to which a table crosses in the message itself */
    Parcel pack(Object value, Packing.Way way, long inlineUpTo, ProcessRef receiver) {
        return writing.pack(value, "the result", way, inlineUpTo, receiver, true);
    }

    /**
     * Reads a parcel. Frames in it are held from then on, until they are closed or unreachable. Runs code of the user's
     * classes, and may fetch data from the sender: never on a link's thread.
     *
     * @param bytes what the sender packed
     * @param sender who packed it
     * @return the value; an exception, not thrown, if it is one
     * @throws NotTransferable if it cannot be read; then it is refused as by {@link #refuse}, and nothing has changed
     */
    public @Nullable Object unpack(byte[] bytes, ProcessRef sender) {
        return reading.read(bytes, sender);
    }

    @Nullable
    Object unpack(byte[] bytes, ProcessRef sender, Unpacking.OfferReader offers) {
        return reading.read(bytes, sender, offers);
    }

    /** The bytes that an answer is and nothing else, where they are; null if it is more than that. */
    @Nullable
    Pieces bytesOf(Reply answer, ProcessRef sender) {
        return reading.bytes(answer, sender);
    }

    /**
     * Ends the holds of a parcel that nobody will read: a result that came too late, an answer to a question that was
     * given up. Bytes that are no parcel change nothing.
     */
    public void refuse(byte[] bytes, ProcessRef sender) {
        reading.refuse(bytes, sender);
    }

    /**
     * Answers a frame request of another party. Blocks for as long as the engine or a fetch from a third party takes; an
     * interrupt ends it.
     *
     * @param request from {@link Peers#ask} over there
     * @param asker who asked
     * @return the answer, also if it is a failure; to be handed to {@link #refuse} over there if nobody waits any more
     */
    public byte[] serve(byte[] request, ProcessRef asker) {
        return server.serve(request, asker);
    }

    // ---- who holds what

    /** Takes a message of the hold protocol: what is held by nobody any more is released, and it is acknowledged. */
    public void on(GcMessage message) {
        switch (message) {
            case Update update -> books.on(update);
            case Acknowledged ack
            when ack.fenced() && ack.holder().equals(self) ->
                // The owner has freed what this party held there, and will never hear it again in this life.
                gone(ack.owner(), new FrameLost(ack.owner() + " has not heard of " + self + " for too long", null));
            case Acknowledged ack -> elsewhere.on(ack);
            case Collect _ -> Collecting.process().asked(options.collectWhenAsked());
        }
    }

    /** A sign of life of another party: its lease starts anew. */
    public void heard(ProcessRef party) {
        books.heard(party);
    }

    /**
     * There is evidence that a party has ended. What only it held here is released; every handle on its data throws
     * {@link FrameLost} from now on. To be called before questions to it that wait are ended.
     *
     * @param cause why it ended; becomes the cause of {@link FrameLost}
     */
    public void gone(ProcessRef party, KilnException cause) {
        elsewhere.gone(party, cause);
        books.gone(party);
    }

    /** Tells the owners what has changed here, and ends holders that were silent too long. Every 100 ms or so. */
    public void tick() {
        elsewhere.flush();
        books.expire();
        Collecting.process().look();
    }

    /**
     * Moves the frames that others hold here to other parties, because this one is about to end. From now on it keeps nothing
     * for others any more. Blocks; to be called again and again, by one thread, until nothing is {@linkplain #residentCount
     * held} here: whoever holds a frame here lets go of it only when it holds it over there.
     *
     * @param targets who may be asked to keep it, best first
     * @return what nobody took, and will be lost
     */
    public Stranded moveOut(List<ProcessRef> targets) {
        return removal.round(targets);
    }

    /**
     * Gives other parties copies of a frame's data, the same bytes to each: where memory is shared, it is written once.
     *
     * @param frame of any party; stays as it is
     * @param hosts who may be asked, best first; who has a copy already counts
     * @param number of copies, at least 1
     * @return a frame that is lost only with the last of them
     * @throws FrameRefused if there are fewer hosts that take one
     */
    public Frame broadcast(Frame frame, List<ProcessRef> hosts, int number) {
        return frame.with(plan -> {
            Leaf computed = Packing.computed(plan);
            try {
                return Frame.adopt(copies.spread(computed, hosts, number));
            } finally {
                computed.release();
            }
        });
    }

    /**
     * How many frames and other values others hold here: those on their way to them included, and those that nobody holds
     * any more and whose {@code close()} runs.
     */
    public long residentCount() {
        return books.residentCount() + books.left().ending();
    }

    /** How many values others have let go of, while there still are handles here: garbage, for the most part. */
    public int leftCount() {
        return books.left().kept();
    }

    /** The bytes of data that others hold here. */
    public long residentBytes() {
        return books.residentBytes();
    }

    /**
     * What others hold at these parties, each of which is asked once, all at the same time.
     *
     * @param parties all of them others; who is gone has no frames
     * @param atMost how long to wait; who has not answered by then is told apart
     */
    public Inventory inventory(List<ProcessRef> parties, Duration atMost) {
        elsewhere.flush(); // what is let go of here is not held there when the question arrives
        return Inventory.gathered(client, parties, atMost);
    }

    /** Who holds something here, or is about to. */
    public Set<ProcessRef> holders() {
        return books.holders();
    }

    /** How many frames and values of other parties this one holds. */
    public int heldElsewhere() {
        return elsewhere.size();
    }

    /** Whether somebody still holds what has this number here, or it is on its way to somebody. */
    public boolean isResident(long number) {
        return books.isResident(number);
    }

    /**
     * Ends this party's part: what others hold here is released, every handle throws {@link FrameLost} with this cause.
     * Values that others held and that can be closed are closed, whatever handles there are here, and waited for, some
     * seconds at most. Idempotent; the first cause stays.
     */
    public void close(KilnException cause) {
        if (tracing.compareAndSet(true, false)) {
            Origins.drop();
        }
        removal.close();
        elsewhere.close(cause);
        books.close(cause);
        books.left().endAll(CLOSING);
    }

    @Override
    public void close() {
        close(new FrameLost(self + " has been closed", null));
    }

    // ---- for frames: on plans with data of other parties, of which at least one handle is of this space

    /** What asks the others. */
    Client client() {
        return client;
    }

    /** The way to them. */
    Peers peers() {
        return peers;
    }

    /** What has them keep copies. */
    Copies copies() {
        return copies;
    }

    // ---- for the codec

    Books books() {
        return books;
    }

    Elsewhere elsewhere() {
        return elsewhere;
    }

    OperandPolicy operands() {
        return options.operands();
    }

    boolean sharesMemory() {
        return options.sharedMemory() && Table.canShare();
    }

    /** Where a table can be mapped, if others may. */
    @Nullable
    SharedTable image(Table table) {
        return sharesMemory() ? table.image() : null;
    }

    /** A handle has been dropped. */
    void closed(RemoteTable handle) {
        elsewhere.closed(handle);
    }

    /** A handle on a value has been dropped. */
    void closed(RemoteValue handle) {
        elsewhere.closed(handle);
    }
}
