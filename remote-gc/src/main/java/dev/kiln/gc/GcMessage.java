package dev.kiln.gc;

/** What processes tell each other about who holds what. Every message may arrive late, twice or out of order. */
public sealed interface GcMessage permits Update, Acknowledged, Collect {}
