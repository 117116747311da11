package dev.kiln.gc;

import dev.kiln.gc.History.Weather;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * The simulator's time and links.
 *
 * <p>A link between two names is up or down; when it breaks, everything on it is lost, and what the protocol has to say
 * again is said when it is back. A link may lead through a third process, whose end breaks it. Messages are delayed, overtake
 * each other and come twice, as the weather has it; a heartbeat overtakes nothing, as it shares a link with what was sent
 * before it. What becomes of a message hangs on the seed and on how many were sent that way before, not on anything else.
 */
final class Network {
    private static final int DELAY = 40;
    private static final int SLOW = 4 * Party.LEASE;

    private final long seed;
    private final Weather weather;
    private final Diagram diagram;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Map<String, Link> links = new HashMap<>();
    private long order;
    private long now;

    private static final class Link {
        boolean down;
        int breaks;
        /** Each way: index 0 from the smaller name to the larger. */
        final int[] sent = new int[2];

        final long[] lastArrival = new long[2];
    }

    private record Event(long time, long order, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(time, other.time);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    Network(History history, Diagram diagram) {
        this.seed = history.seed();
        this.weather = history.weather();
        this.diagram = diagram;
    }

    long now() {
        return now;
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

    /** Delivers unless the link is or goes down; false if it is. */
    boolean send(String from, String to, Supplier<String> label, Runnable delivery, Runnable lost) {
        return send(from, to, label, delivery, lost, false, false);
    }

    /** As send, maybe twice. */
    void sendMaybeTwice(String from, String to, Supplier<String> label, Runnable delivery) {
        send(from, to, label, delivery, () -> {}, false, true);
    }

    /** As send, but behind everything that was sent before, and not shown. */
    void sendBehind(String from, String to, Runnable delivery) {
        send(from, to, () -> "", delivery, () -> {}, true, false);
    }

    private boolean send(
            String from,
            String to,
            Supplier<String> label,
            Runnable delivery,
            Runnable lost,
            boolean behind,
            boolean twice) {
        Link link = link(from, to);
        if (link.down) {
            return false;
        }
        int way = from.compareTo(to) < 0 ? 0 : 1;
        var chance = new SplittableRandom(seed ^ (from + to).hashCode() * 0x9E3779B97F4A7C15L ^ link.sent[way]++);
        int delay = weather == Weather.CALM ? 3 : chance.nextInt(1, DELAY + 1);
        if (weather == Weather.STORMY && chance.nextInt(100) < 2) {
            delay = chance.nextInt(SLOW);
        }
        long last = Math.max(now, link.lastArrival[way]);
        boolean inOrder = behind || weather == Weather.CALM;
        long arrival = inOrder ? Math.max(now + delay, last) : now + delay;
        link.lastArrival[way] = Math.max(last, arrival);
        int breaks = link.breaks;
        long sentAt = now;
        after(arrival - now, () -> {
            boolean arrives = link.breaks == breaks;
            diagram.message(sentAt, now, from, to, arrives, label);
            (arrives ? delivery : lost).run();
        });
        if (twice && weather.compareTo(Weather.RAINY) >= 0 && chance.nextInt(100) < 8) {
            // By whatever way: also when the link is down, and after everything else.
            after(chance.nextInt(1, chance.nextBoolean() ? DELAY : 3 * Party.LEASE), () -> {
                diagram.message(sentAt, now, from, to, true, () -> label.get() + " again");
                delivery.run();
            });
        }
        return true;
    }

    void breakLink(String a, String b) {
        Link link = link(a, b);
        link.down = true;
        link.breaks++;
        link.lastArrival[0] = 0;
        link.lastArrival[1] = 0;
    }

    /** False if it was up. */
    boolean mendLink(String a, String b) {
        Link link = link(a, b);
        boolean wasDown = link.down;
        link.down = false;
        return wasDown;
    }

    private Link link(String a, String b) {
        return links.computeIfAbsent(a.compareTo(b) < 0 ? a + b : b + a, key -> new Link());
    }
}
