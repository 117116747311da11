package dev.kiln.runner;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * How a placed object is made, and made again.
 *
 * @param type the interface by which it is called
 * @param factory makes it: not null, and a {@code type}
 * @param concurrent whether its methods may run at the same time
 * @param checkpoint what of it is to be kept, if anything
 * @param restore makes it from that, in place of the factory
 */
public record ObjectRecipe(
        Class<?> type,
        RemoteCallable<?> factory,
        boolean concurrent,
        @Nullable RemoteFunction<Object, @Nullable Object> checkpoint,
        @Nullable RemoteFunction<@Nullable Object, ?> restore)
        implements Serializable {}
