package dev.kiln.runner;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Work that runs on a runner and returns a value. A lambda or method reference of this type is serializable; what it
 * captures crosses by value, and captured frames as handles.
 *
 * @param <T> the value's type; the value may be {@code null}
 */
@FunctionalInterface
public interface RemoteCallable<T extends @Nullable Object> extends Serializable {

    /** Runs on the runner, on one of its call threads, which is interrupted at the call's deadline or cancel. */
    T call() throws Exception;
}
