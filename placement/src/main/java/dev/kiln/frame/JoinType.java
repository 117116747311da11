package dev.kiln.frame;

/** Which rows {@link Frame#join} keeps. A null key matches nothing. */
public enum JoinType {
    /** Pairs of rows with equal keys. */
    INNER,
    /** {@link #INNER}, and the rows of the left frame without a partner, with nulls in the right frame's columns. */
    LEFT,
    /** {@link #INNER}, and the rows of the right frame without a partner, with nulls in the left frame's columns. */
    RIGHT,
    /** {@link #INNER}, and the rows of both frames without a partner. */
    FULL,
    /** Rows of the left frame that have a partner, once each, with the left frame's columns only. */
    SEMI,
    /** Rows of the left frame that have no partner, with the left frame's columns only. */
    ANTI
}
