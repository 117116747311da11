package dev.kiln.runner;

/** Names one execution of a call: a call that is tried again keeps its number, and its tombstone must not swallow the next try. */
record ExecutionId(long call, int attempt) {}
