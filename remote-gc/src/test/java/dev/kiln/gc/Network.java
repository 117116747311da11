package dev.kiln.gc;

import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The simulator's time, chance and links. A link between two names is up or down; when it breaks, everything on it is
 * lost. Messages are delayed at random and overtake each other, and may arrive a second time, much later, by whatever
 * way; a heartbeat overtakes nothing, as it shares a link with what was sent before it.
 */
final class Network {
    /** The longest that a message is on its way, in time units. A lease is {@link Party#LEASE} of them. */
    static final int DELAY = 40;

    /** The longest that a duplicate is on its way: beyond a lease. */
    private static final int DUPLICATE_DELAY = 3 * Party.LEASE;

    final SplittableRandom random;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Map<String, Link> links = new HashMap<>();
    private final Map<String, Integer> seen = new TreeMap<>();
    private final StringBuilder trace = new StringBuilder();
    private final boolean tracing;
    private long order;
    private long now;

    private static final class Link {
        boolean down;
        int breaks;
        final Map<String, Long> lastArrival = new HashMap<>();
    }

    private record Event(long time, long order, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(time, other.time);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    Network(long seed, boolean tracing) {
        this.random = new SplittableRandom(seed);
        this.tracing = tracing;
    }

    long now() {
        return now;
    }

    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    void after(long delay, Runnable action) {
        events.add(new Event(now + delay, order++, action));
    }

    /** Runs the next event; false if there is none before {@code time}, which it is then. */
    boolean step(long time) {
        Event next = events.peek();
        if (next == null || next.time > time) {
            now = Math.max(now, time);
            return false;
        }
        events.remove();
        now = next.time;
        next.action.run();
        return true;
    }

    /** Delivers unless the link is or goes down. */
    boolean send(String from, String to, Runnable delivery, Runnable lost) {
        return send(from, to, delivery, lost, random.nextInt(1, DELAY + 1), false);
    }

    /** As send, maybe twice. */
    void sendMaybeTwice(String from, String to, Runnable delivery) {
        send(from, to, delivery, () -> {});
        if (chance(8)) {
            saw("duplicate");
            after(random.nextInt(1, chance(50) ? DELAY : DUPLICATE_DELAY), delivery);
        }
    }

    /** As send, but behind everything sent before. */
    void sendBehind(String from, String to, Runnable delivery) {
        send(from, to, delivery, () -> {}, random.nextInt(1, DELAY + 1), true);
    }

    private boolean send(String from, String to, Runnable delivery, Runnable lost, int delay, boolean behind) {
        Link link = link(from, to);
        if (link.down) {
            return false;
        }
        long last = link.lastArrival.getOrDefault(to, now);
        long arrival = behind ? Math.max(now + delay, last) : now + delay;
        link.lastArrival.put(to, Math.max(last, arrival));
        int breaks = link.breaks;
        after(arrival - now, () -> (link.breaks == breaks ? delivery : lost).run());
        return true;
    }

    void breakLink(String a, String b) {
        Link link = link(a, b);
        link.down = true;
        link.breaks++;
        link.lastArrival.clear();
        log("link", () -> a + "-" + b + " down");
    }

    /** False if it was up. */
    boolean mendLink(String a, String b) {
        Link link = link(a, b);
        boolean wasDown = link.down;
        link.down = false;
        if (wasDown) {
            log("link", () -> a + "-" + b + " up");
        }
        return wasDown;
    }

    /** Counts that this kind of thing happened. */
    void saw(String what) {
        seen.merge(what, 1, Integer::sum);
    }

    Map<String, Integer> seen() {
        return seen;
    }

    void log(Object who, Supplier<String> what) {
        if (tracing) {
            trace.append(now)
                    .append(' ')
                    .append(who)
                    .append(": ")
                    .append(what.get())
                    .append('\n');
        }
    }

    String trace() {
        return trace.toString();
    }

    private Link link(String a, String b) {
        return links.computeIfAbsent(a.compareTo(b) < 0 ? a + "-" + b : b + "-" + a, key -> new Link());
    }
}
