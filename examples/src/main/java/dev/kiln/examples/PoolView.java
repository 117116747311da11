package dev.kiln.examples;

import dev.kiln.pool.RunnerInfo;
import dev.kiln.pool.RunnerState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.IntBinaryOperator;
import java.util.stream.Collectors;

/**
 * A pool at a glance: curves over the time of the demonstration, a line for each runner, the numbers, and what has happened.
 * Redrawn in place on a live screen, a line now and then elsewhere. For one thread.
 */
final class PoolView {
    private static final int CURVE = 48;
    private static final int LINES_ELSEWHERE = 20;
    private static final double FAREWELL = 0.12; // of the whole time a runner is shown after its end
    private static final String RUNNER = "%-9s %7s  %-9s %s   %6s";

    private final Screen screen;
    private final Duration length;
    private final int max;
    private final int slots;
    private final Map<String, int[]> curves = new LinkedHashMap<>();
    private final Map<String, Integer> now = new LinkedHashMap<>();
    private final Map<String, Gone> gone = new LinkedHashMap<>();
    private final List<String> chronicle = new ArrayList<>();
    private Map<String, RunnerInfo> known = Map.of();
    private Duration at = Duration.ZERO;
    private int columns;
    private int lines;
    private int madeBefore;
    private int mostWaiting;
    private int mostRunners;

    /** A runner that was there, and when it was missed. */
    private record Gone(RunnerInfo runner, Duration since) {}

    /**
     * @param length of the demonstration, which is the width of the curves
     * @param max the runners that the pool may have
     * @param slots of each
     */
    PoolView(Screen screen, Duration length, int max, int slots) {
        this.screen = screen;
        this.length = length;
        this.max = max;
        this.slots = slots;
    }

    /** Something happened at the time last shown. */
    void happened(String what) {
        String line = Numbers.seconds(at) + "  " + what;
        chronicle.add(line);
        if (!screen.isLive()) {
            screen.line("! " + line);
        }
    }

    void show(Moment moment, Tide tide, Accident accident) {
        at = moment.at();
        mostWaiting = Math.max(mostWaiting, moment.stats().queued());
        mostRunners = Math.max(mostRunners, moment.ready().size());
        missThoseWhoWent(moment);
        sample(moment, tide);
        if (screen.isLive()) {
            screen.redraw(picture(moment, tide, accident));
        } else if (progress(LINES_ELSEWHERE) >= lines) {
            lines++;
            screen.line(summary(moment));
        }
    }

    private int progress(int steps) {
        return (int) (at.toMillis() * steps / length.toMillis());
    }

    private void missThoseWhoWent(Moment moment) {
        Set<String> present =
                moment.runners().stream().map(RunnerInfo::id).collect(Collectors.toCollection(HashSet::new));
        known.forEach((id, runner) -> {
            if (!present.contains(id)) {
                gone.put(id, new Gone(runner, at));
            }
        });
        gone.values().removeIf(one -> at.minus(one.since).toMillis() > length.toMillis() * FAREWELL);
        known = moment.runners().stream().collect(Collectors.toMap(RunnerInfo::id, runner -> runner));
    }

    private void sample(Moment moment, Tide tide) {
        int column = Math.min(CURVE, progress(CURVE) + 1);
        if (column > columns) {
            // Calls that arrived since the last column, as a rate.
            double seconds = length.toMillis() / 1000.0 / CURVE * (column - columns);
            now.put("arriving", (int) Math.round((tide.made() - madeBefore) / seconds));
            madeBefore = tide.made();
            Arrays.fill(curve("arriving"), columns, column, now.get("arriving"));
        }
        keep("waiting", moment.stats().queued(), column, Math::max);
        keep("running", moment.stats().running(), column, Math::max);
        keep("runners", moment.ready().size(), column, Math::min); // so that a short absence shows
        columns = Math.max(columns, column);
    }

    /** A column shows the most, or the least, that was seen in its time. */
    private void keep(String name, int seen, int column, IntBinaryOperator choice) {
        now.put(name, seen);
        int[] curve = curve(name);
        if (column > columns) {
            Arrays.fill(curve, columns, column, seen);
        } else {
            curve[column - 1] = choice.applyAsInt(curve[column - 1], seen);
        }
    }

    private int[] curve(String name) {
        return curves.computeIfAbsent(name, key -> new int[CURVE]);
    }

    private List<String> picture(Moment moment, Tide tide, Accident accident) {
        List<String> picture = new ArrayList<>();
        picture.add("");
        String time = Numbers.seconds(at);
        picture.add(screen.faint(String.format(Locale.ROOT, "%-9s %-48s %5s %6s", time, ruler(), "now", "most")));
        curves.forEach((name, values) -> picture.add(curveLine(name, values)));
        picture.add("");
        picture.add(screen.faint(RUNNER.formatted("runner", "pid", "state", pad("slots", slots), "done")));
        List<String> rows = new ArrayList<>();
        moment.runners().forEach(runner -> rows.add(row(runner, tide)));
        gone.values().forEach(one -> rows.add(row(one.runner, tide, accident)));
        for (int row = 0; row <= max; row++) {
            picture.add(row < rows.size() ? rows.get(row) : "");
        }
        picture.add("");
        picture.add("boots " + screen.strong(Long.toString(moment.stats().boots())) + "   deaths "
                + screen.strong(Long.toString(moment.stats().losses())) + "   calls done "
                + screen.strong(Numbers.count(tide.returned())) + "   lost "
                + screen.strong(Integer.toString(tide.lost())));
        picture.add("");
        picture.addAll(chronicle);
        return picture;
    }

    private String ruler() {
        String end = Numbers.seconds(length);
        return "0 s" + " ".repeat(CURVE - 3 - end.length()) + end;
    }

    private String curveLine(String name, int[] values) {
        int most = Arrays.stream(values).max().orElse(0);
        String drawn = Sparkline.of(values).substring(0, columns);
        String line = "%-9s %-48s %5d %6d".formatted(name, drawn, now.get(name), most);
        return line.replace(drawn, name.equals("waiting") ? screen.busy(drawn) : screen.good(drawn));
    }

    private String row(RunnerInfo runner, Tide tide) {
        int busy = Math.min(slots, runner.activeCalls());
        String bar = "█".repeat(busy)
                + screen.faint("░".repeat(slots - busy))
                + " ".repeat(Math.max(0, "slots".length() - slots));
        String text = RUNNER.formatted(
                runner.id(),
                runner.pid().isPresent() ? Long.toString(runner.pid().getAsLong()) : "",
                word(runner.state()),
                "\0",
                tide.returnedBy(runner.id()));
        return colour(runner.state(), text).replace("\0", bar);
    }

    private String row(RunnerInfo runner, Tide tide, Accident accident) {
        boolean killed = accident.killed(runner.id());
        String text = RUNNER.formatted(
                runner.id(),
                runner.pid().isPresent() ? Long.toString(runner.pid().getAsLong()) : "",
                killed ? "killed" : "gone",
                " ".repeat(Math.max(slots, "slots".length())),
                tide.returnedBy(runner.id()));
        return killed ? screen.bad(text) : screen.faint(text);
    }

    private String colour(RunnerState state, String text) {
        return switch (state) {
            case BOOTING -> screen.busy(text);
            case READY -> text.replace("ready", screen.good("ready"));
            case RETIRING, GONE -> screen.faint(text);
        };
    }

    private static String word(RunnerState state) {
        return state.toString().toLowerCase(Locale.ROOT);
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    private String summary(Moment moment) {
        String runners = moment.runners().stream()
                .map(runner -> runner.state() == RunnerState.READY
                        ? runner.id() + " " + runner.activeCalls() + "/" + slots
                        : runner.id() + " " + word(runner.state()))
                .collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "… %5s  waiting %3d  running %2d  %s",
                Numbers.seconds(at),
                moment.stats().queued(),
                moment.stats().running(),
                runners);
    }

    /** The most calls that were seen to wait. */
    int mostWaiting() {
        return mostWaiting;
    }

    /** The most runners that were seen to be ready. */
    int mostRunners() {
        return mostRunners;
    }
}
