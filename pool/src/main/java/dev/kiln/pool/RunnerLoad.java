package dev.kiln.pool;

/**
 * What a {@link Dispatch} policy knows of a runner that could take a call.
 *
 * @param runner its id
 * @param number how many runners the pool had asked for when it asked for this one, itself included: the oldest has the least
 * @param busySlots slots that are taken, at least 0
 * @param freeSlots slots that are free, at least 1
 * @param activeCalls calls that are there, also those without a slot of their own
 * @param residents frames and other data there that somebody holds
 */
public record RunnerLoad(String runner, long number, int busySlots, int freeSlots, int activeCalls, long residents) {}
