package dev.kiln.gc;

/**
 * An Update and where it goes.
 *
 * @param to the owner it is meant for, in exactly this incarnation
 * @param update what to tell it
 */
public record Addressed(ProcessRef to, Update update) {}
