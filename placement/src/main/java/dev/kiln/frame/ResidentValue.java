package dev.kiln.frame;

/** A value that stays: in this process ({@link LocalValue}) or in another one ({@link RemoteValue}). */
sealed interface ResidentValue extends Asset permits LocalValue, RemoteValue {

    /** The name of the process that it stays in, {@code local} for this one. */
    String owner();

    /** Names it in logs: where it is, and a number that nothing else has there. */
    String id();

    /** The name of its class. */
    String type();
}
