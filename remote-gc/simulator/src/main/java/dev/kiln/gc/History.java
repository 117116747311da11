package dev.kiln.gc;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * All that decides a run: it can be repeated, and repeated with less.
 *
 * @param seed what the network's chance is made of, and what everything else was made from
 * @param parties how many processes, 2 to 26, called a, b, c and so on
 * @param weather how bad the network is
 * @param drift whether the clocks run at different speeds, by up to 8 %
 * @param relays whether some pairs reach each other through a third process only
 * @param thirdParties whether handles on others' resources are passed on, and resources move
 * @param actions in the order of time
 */
record History(
        long seed,
        int parties,
        Weather weather,
        boolean drift,
        boolean relays,
        boolean thirdParties,
        List<Action> actions) {

    /** What the network does to a message; each does what those before it do. */
    enum Weather {
        /** Messages arrive in the order in which they were sent, soon. */
        CALM,
        /** They are delayed at random and overtake each other. */
        WINDY,
        /** Some come twice, also very late. */
        RAINY,
        /** Some take longer than a lease. */
        STORMY
    }

    private static final int MOST = 26;

    History {
        if (parties < 2 || parties > MOST) {
            throw new IllegalArgumentException("parties must be 2 to " + MOST + ", was " + parties);
        }
        actions = List.copyOf(actions);
    }

    static History of(long seed) {
        var random = new SplittableRandom(seed);
        return of(seed, random.nextInt(2, 6), random.nextInt(5, 110), random);
    }

    static History of(long seed, int parties, int length) {
        return of(seed, parties, length, new SplittableRandom(seed));
    }

    private static History of(long seed, int parties, int length, SplittableRandom random) {
        // From bursts in which everything overtakes everything to leisure.
        int pace = random.nextInt(2, 40);
        List<Action> actions = new ArrayList<>();
        long time = 0;
        for (int i = 0; i < length; i++) {
            time += random.nextInt(1, pace);
            actions.add(new Action(time, Action.Kind.of(random.nextInt(100)), random.nextLong()));
        }
        Weather weather = Weather.values()[random.nextInt(Weather.values().length)];
        return new History(
                seed,
                parties,
                weather,
                random.nextBoolean(),
                parties > 2 && random.nextInt(100) < 30,
                random.nextInt(100) < 80,
                actions);
    }

    History with(List<Action> fewer) {
        return new History(seed, parties, weather, drift, relays, thirdParties, fewer);
    }

    History with(Weather better, boolean drifting, boolean relaying) {
        return new History(seed, parties, better, drifting, relaying, thirdParties, actions);
    }

    /** When nothing happens from outside any more. */
    long end() {
        return actions.isEmpty() ? 1 : actions.getLast().time() + 1;
    }
}
