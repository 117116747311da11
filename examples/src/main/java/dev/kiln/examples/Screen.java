package dev.kiln.examples;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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

    private final PrintStream out;
    private final boolean terminal;
    private final boolean colours;
    private int headings;

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
        out.println(paint("1;36", headings + "  ") + bold(text));
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

    private static boolean pause() {
        try {
            Thread.sleep(REDRAW_MILLIS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
