package dev.kiln.gc;

/**
 * How an owner stands to one incarnation of a holder. {@link Holdings} moves it:
 *
 * <pre>
 *               placed                Update: held              Update out of order
 *   STRANGER ──────────▶ IN_TRANSIT ───────────────▶ HOLDING ─────────────────────▶ GAP
 *      │                     │ Update: ended            │ Update: released           │ the missing one
 *      │ Update              ▼                          ▼                            ▼
 *      └───────────────▶ AT_REST ◀──────────────────────┴──────────────── AT_REST, IN_TRANSIT, HOLDING
 *
 *   any of them ── gone, a newer incarnation, silent for a lease ──▶ ESTATE if it had lent something, else ENDED
 *   ESTATE ── its time is over ──▶ ENDED
 * </pre>
 */
enum Standing {
    /** Never heard of, nor sent anything. */
    STRANGER,
    /** It holds nothing, and every Update has arrived: its silence is not watched. */
    AT_REST,
    /** It holds nothing yet, but a message that names something is on its way to it. */
    IN_TRANSIT,
    /** It holds something, and every Update has arrived. */
    HOLDING,
    /** An Update is missing of which later ones have arrived; tombstones stand for what those released. */
    GAP,
    /** Over, but what it had lent lingers, since somebody may still read of it. */
    ESTATE,
    /** Over: nothing that it says changes anything. */
    ENDED
}
