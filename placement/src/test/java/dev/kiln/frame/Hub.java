package dev.kiln.frame;

import dev.kiln.KilnException;
import dev.kiln.frame.spi.Peers;
import dev.kiln.gc.GcMessage;
import dev.kiln.gc.ProcessRef;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A pool in one process: a caller and runners in a star, each with a frame space of its own, on links that are first in,
 * first out. Messages wait on their link until something that follows them arrives, or {@link #settle} is called; they can
 * be duplicated and dropped, links can be cut, and the clock stands until it is moved. Any thread;
 * requests are served on the asking thread.
 */
final class Hub implements AutoCloseable {

    /** A link or its other end is gone. */
    static final class Unreachable extends KilnException {
        private static final long serialVersionUID = 1L;

        Unreachable(String message) {
            super(message);
        }
    }

    /** Work as a pool sends it. */
    interface Work<T> extends Callable<T>, Serializable {}

    private record Link(ProcessRef from, ProcessRef to) {}

    private record Item(ProcessRef from, ProcessRef to, GcMessage message) {}

    private final ProcessRef center = new ProcessRef("caller", 1);
    private final Map<ProcessRef, FrameSpace> spaces = new LinkedHashMap<>();
    private final Map<Link, Deque<Item>> queues = new HashMap<>();
    private final Map<Link, Object> locks = new ConcurrentHashMap<>();
    private final Set<ProcessRef> down = new HashSet<>();
    private final AtomicLong nanos = new AtomicLong(1);

    private final AtomicLong told = new AtomicLong();
    private final AtomicLong asked = new AtomicLong();
    private final AtomicLong bytesAsked = new AtomicLong();
    private final AtomicReference<@Nullable Runnable> beforeServing = new AtomicReference<>();
    private volatile boolean duplicating;
    private volatile boolean dropping;

    Hub() {
        this(SpaceOptions.defaults());
    }

    Hub(SpaceOptions options) {
        open(center, options);
    }

    FrameSpace caller() {
        return spaces.get(center);
    }

    FrameSpace runner(String name) {
        return runner(name, SpaceOptions.defaults());
    }

    FrameSpace runner(String name, SpaceOptions options) {
        return open(new ProcessRef(name, 1), options);
    }

    private FrameSpace open(ProcessRef self, SpaceOptions options) {
        FrameSpace space = FrameSpace.open(self, new Ends(self), options, nanos::get);
        spaces.put(self, space);
        return space;
    }

    /** The next request has left its asker, and waits for this before it is served. */
    void beforeServing(Runnable once) {
        beforeServing.set(once);
    }

    void duplicate() {
        duplicating = true;
    }

    /** Messages of the hold protocol are lost until {@link #mend}. */
    void drop() {
        dropping = true;
    }

    void mend() {
        dropping = false;
    }

    void sleep(long seconds) {
        nanos.addAndGet(seconds * 1_000_000_000L);
    }

    /** Everybody hears of everybody, so that no lease ends. */
    void heard() {
        spaces.forEach((party, space) -> spaces.keySet().stream()
                .filter(other -> !down.contains(other) && !down.contains(party))
                .forEach(space::heard));
    }

    long told() {
        return told.get();
    }

    long asked() {
        return asked.get();
    }

    long bytesAnswered() {
        return bytesAsked.get();
    }

    /** Ends every party: what they hold for each other is released. */
    @Override
    public void close() {
        spaces.values().forEach(FrameSpace::close);
    }

    /** Waits until the collector has found what tests have dropped, so that it does not go while others count. */
    static void collectGarbage() {
        Memory.Usage before = Memory.usage();
        for (int quiet = 0; quiet < 5; ) {
            System.gc();
            long end = System.nanoTime() + 10_000_000;
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            Memory.Usage now = Memory.usage();
            quiet = now.equals(before) ? quiet + 1 : 0;
            before = now;
        }
    }

    /** Kills a party: the others get to know at once. */
    void kill(FrameSpace victim) {
        down.add(victim.self());
        synchronized (queues) {
            queues.keySet()
                    .removeIf(link ->
                            link.from().equals(victim.self()) || link.to().equals(victim.self()));
        }
        spaces.forEach((party, space) -> {
            if (space != victim && !down.contains(party)) {
                space.gone(victim.self(), new Unreachable(victim.self() + " was killed"));
            }
        });
    }

    /** A whole call: work there, result back, the parcel closed at its end. */
    @SuppressWarnings("unchecked")
    <T> T call(FrameSpace runner, Work<T> work) {
        try (Parcel parcel = caller().packWork(work)) {
            Work<T> there = (Work<T>) unpack(parcel.bytes(), caller(), runner);
            byte[] bytes;
            try {
                bytes = runner.packResult(there.call(), center).bytes();
            } catch (Exception e) {
                bytes = runner.packFailure(e, center).bytes();
                throw (RuntimeException) unpack(bytes, runner, caller());
            }
            return (T) unpack(bytes, runner, caller());
        }
    }

    /** What {@code from} has sent arrives at {@code to}, after what it sent before. */
    @Nullable
    Object unpack(byte[] bytes, FrameSpace from, FrameSpace to) {
        arrive(from.self(), to.self());
        return to.unpack(bytes, from.self());
    }

    /** Ticks and delivers until nothing is under way. */
    void settle() {
        for (int quiet = 0; quiet < 3; quiet++) {
            spaces.forEach((party, space) -> {
                if (!down.contains(party)) {
                    space.tick();
                }
            });
            List<Link> links;
            synchronized (queues) {
                links = new ArrayList<>(queues.keySet());
            }
            for (Link link : links) {
                if (arrive(link.from(), link.to())) {
                    quiet = -1;
                }
            }
        }
    }

    /** Only this link delivers, whatever waits on the others. */
    void deliver(FrameSpace from, FrameSpace to) {
        arrive(from.self(), to.self());
    }

    private boolean arrive(ProcessRef from, ProcessRef to) {
        // One at a time per link: a thread that finds the link empty may rely on everything before being applied.
        synchronized (locks.computeIfAbsent(new Link(from, to), link -> new Object())) {
            return deliver(from, to);
        }
    }

    private boolean deliver(ProcessRef from, ProcessRef to) {
        boolean any = false;
        while (true) {
            Item item;
            synchronized (queues) {
                item = queue(from, to).poll();
            }
            if (item == null) {
                return any;
            }
            any = true;
            if (!item.to().equals(to)) {
                enqueue(to, item);
            } else {
                spaces.get(to).on(item.message());
                if (duplicating) {
                    spaces.get(to).on(item.message());
                }
            }
        }
    }

    private Deque<Item> queue(ProcessRef from, ProcessRef to) {
        return queues.computeIfAbsent(new Link(from, to), link -> new ArrayDeque<>());
    }

    private void enqueue(ProcessRef at, Item item) {
        ProcessRef next = at.equals(center) || item.to().equals(center) ? item.to() : center;
        synchronized (queues) {
            if (!dropping && !down.contains(next) && !down.contains(item.to())) {
                queue(at, next).add(item);
            }
        }
    }

    private final class Ends implements Peers {

        private final ProcessRef self;

        Ends(ProcessRef self) {
            this.self = self;
        }

        @Override
        public byte[] ask(ProcessRef owner, byte[] request) {
            asked.incrementAndGet();
            FrameSpace space = spaces.get(owner);
            if (space == null || down.contains(owner)) {
                throw new FrameLost(
                        owner + " cannot be reached from " + self, new Unreachable(owner + " is not there"));
            }
            pass(self, owner);
            Runnable once = beforeServing.getAndSet(null);
            if (once != null) {
                once.run();
                if (down.contains(owner)) {
                    throw new FrameLost(owner + " has ended under a request", new Unreachable(owner + " is not there"));
                }
            }
            byte[] answer = space.serve(request, self);
            bytesAsked.addAndGet(answer.length);
            pass(owner, self);
            return answer;
        }

        private void pass(ProcessRef from, ProcessRef to) {
            if (from.equals(center) || to.equals(center)) {
                arrive(from, to);
            } else {
                arrive(from, center);
                arrive(center, to);
            }
        }

        @Override
        public List<ProcessRef> hosts() {
            return spaces.keySet().stream()
                    .filter(party -> !party.equals(center) && !down.contains(party))
                    .toList();
        }

        @Override
        public @Nullable ProcessRef directory() {
            return self.equals(center) ? null : center;
        }

        @Override
        public void tell(ProcessRef to, GcMessage message) {
            told.incrementAndGet();
            enqueue(self, new Item(self, to, message));
        }
    }
}
