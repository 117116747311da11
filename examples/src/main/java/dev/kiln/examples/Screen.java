package dev.kiln.examples;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the demo prints: with colours and progress in place on a terminal, as plain lines elsewhere. At most 100 columns.
 * For one thread.
 */
final class Screen {
    private static final String INDENT = "   ";
    private static final String SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
    private static final int WIDTH = 100;
    private static final long REDRAW_MILLIS = 80;
    private static final String HIDE_CURSOR = "\033[?25l";
    private static final String SHOW_CURSOR = "\033[?25h";
    private static final String CUT_LINES = "\033[?7l"; // a wrapped line would spoil the count of lines
    private static final String WRAP_LINES = "\033[?7h";
    private static final String CLEAR_LINE = "\033[K";

    private final PrintStream out;
    private final boolean terminal;
    private final boolean colours;
    private int headings;
    private int drawn;

    private Screen(PrintStream out, boolean terminal, boolean colours) {
        this.out = out;
        this.terminal = terminal;
        this.colours = colours;
    }

    /** Standard output, in UTF-8 whatever the locale says: frames are printed with the lines of tables. */
    static Screen open() {
        var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.setOut(out);
        boolean interactive =
                Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
        @Nullable String kind = System.getenv("TERM");
        boolean terminal = interactive && kind != null && !kind.equals("dumb");
        @Nullable String refused = System.getenv("NO_COLOR"); // see no-color.org
        return new Screen(out, terminal, terminal && (refused == null || refused.isEmpty()));
    }

    void title(String text) {
        out.println();
        out.println(bold(text));
    }

    void heading(String text) {
        headings++;
        out.println();
        out.println(strong(headings + "  ") + bold(text));
        out.println();
    }

    void line(String text) {
        out.println(text.isEmpty() ? "" : INDENT + text);
    }

    /** Lines of source. */
    void code(String source) {
        source.lines().forEach(line -> line(faint(line)));
    }

    String good(String text) {
        return paint("32", text);
    }

    String bad(String text) {
        return paint("31", text);
    }

    String faint(String text) {
        return paint("2", text);
    }

    String busy(String text) {
        return paint("33", text);
    }

    String strong(String text) {
        return paint("1;36", text);
    }

    private String bold(String text) {
        return paint("1", text);
    }

    private String paint(String colour, String text) {
        return colours ? "\033[" + colour + "m" + text + "\033[0m" : text;
    }

    /**
     * Waits until something is so, shows what happens meanwhile, and says how long it took.
     *
     * @param detail what is new, asked for again and again; in a pipe it is printed where it differs
     * @return whether it was so before the time was over
     */
    boolean until(String what, Supplier<String> detail, Duration atMost, BooleanSupplier isSo) {
        long start = System.nanoTime();
        String last = "";
        for (int turn = 0; ; turn++) {
            boolean done = isSo.getAsBoolean();
            Duration taken = Duration.ofNanos(System.nanoTime() - start);
            String now = detail.get();
            if (done || taken.compareTo(atMost) > 0) {
                finish(Numbers.seconds(taken) + "  " + what + (done ? "" : ": not within " + Numbers.seconds(atMost)));
                return done;
            }
            if (terminal) {
                char spinner = SPINNER.charAt(turn % SPINNER.length());
                draw(INDENT + spinner + " " + Numbers.seconds(taken) + "  " + what + "  " + now);
            } else if (!now.equals(last)) {
                line("… " + Numbers.seconds(taken) + "  " + what + "  " + now);
                last = now;
            }
            if (!pause()) {
                return false;
            }
        }
    }

    /** Whether lines can be redrawn in place, and somebody is there to see it. */
    boolean isLive() {
        @Nullable String automatic = System.getenv("CI");
        return colours && (automatic == null || automatic.isEmpty());
    }

    /** Draws these lines over those of the call before. Only where the screen {@linkplain #isLive is live}. */
    void redraw(List<String> lines) {
        var all = new StringBuilder(drawn == 0 ? HIDE_CURSOR + CUT_LINES : "\033[" + drawn + "A");
        for (String line : lines) {
            all.append(line.isEmpty() ? "" : INDENT)
                    .append(line)
                    .append(CLEAR_LINE)
                    .append('\n');
        }
        for (int left = lines.size(); left < drawn; left++) {
            all.append(CLEAR_LINE).append('\n');
        }
        if (drawn == 0) { // also if the program is interrupted
            Runtime.getRuntime().addShutdownHook(new Thread(this::settle));
        }
        drawn = Math.max(drawn, lines.size());
        out.print(all); // at once, so that no half of it is seen
        out.flush();
    }

    /** Leaves what was redrawn where it is, and goes on below. */
    void settle() {
        if (drawn > 0) {
            out.print(SHOW_CURSOR + WRAP_LINES);
            out.flush();
        }
        drawn = 0;
    }

    private void finish(String text) {
        if (terminal) {
            draw("");
        }
        line(faint("= " + text));
    }

    private void draw(String text) {
        out.print("\r\033[K" + text.substring(0, Math.min(text.length(), WIDTH - 1)));
        out.flush();
    }

    /** Waits for the time of the next redrawing; false if it was interrupted. */
    static boolean pause() {
        try {
            Thread.sleep(REDRAW_MILLIS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
