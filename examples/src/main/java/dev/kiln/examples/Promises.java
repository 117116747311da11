package dev.kiln.examples;

/** What the demo says of itself, each with a mark that tells whether it was so. */
final class Promises {
    private final Screen screen;
    private int kept;
    private int broken;

    Promises(Screen screen) {
        this.screen = screen;
    }

    void check(boolean isSo, String promise) {
        if (isSo) {
            kept++;
            screen.line(screen.good("✓ ") + promise);
        } else {
            broken++;
            screen.line(screen.bad("✗ NOT SO: ") + promise);
        }
    }

    boolean allKept() {
        return broken == 0 && kept > 0;
    }

    String summary() {
        return allKept()
                ? screen.good("all " + kept + " promises kept")
                : screen.bad(broken + " of " + (kept + broken) + " promises broken");
    }
}
