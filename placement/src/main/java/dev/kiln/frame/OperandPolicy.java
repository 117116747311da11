package dev.kiln.frame;

/**
 * Where an operation runs whose operands lie at several parties. Data of this process always goes to the data of another
 * one, except that a column which is put into a frame of this process comes here.
 */
public enum OperandPolicy {
    /** At the party with the most bytes that would otherwise have to move; of equal ones, that of the first operand. */
    SMALLER_MOVES,
    /** At the party of the first operand that is not in this process, whatever the sizes. */
    FIRST_OPERAND
}
