package dev.kiln.gc;

/**
 * How a holder stands to one owner. {@link Handles} moves it:
 *
 * <pre>
 *            opened, arrived           flush              acknowledged
 *   NOTHING ─────────────────▶ UNSAID ───────▶ SAID ──────────────────▶ HOLDING, or NOTHING if all is closed
 *                                 ▲              │ opened, closed, arrived          │
 *                                 └──────────────┴──────────────────────────────────┘
 *
 *   any of them ── the owner has ended, or has fenced this process ──▶ LOST
 * </pre>
 */
enum HolderStanding {
    /** No handle there, and nothing left to say or to be acknowledged. */
    NOTHING,
    /** The next flush has something to say. */
    UNSAID,
    /** All is said, and some of it not acknowledged. */
    SAID,
    /** All is said and acknowledged, and there are handles. */
    HOLDING,
    /** The owner is gone: handles there are lost. */
    LOST
}
