package dev.kiln.pool;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a batch was opened with, checked by its builder.
 *
 * @param timeout null for none
 * @param maxRunners 0 for any number
 * @param maxBytes 0 for any number
 * @param releasing whether it releases what it has when it ends
 */
record BatchOptions(
        String name, int priority, @Nullable Duration timeout, int maxRunners, long maxBytes, boolean releasing) {}
