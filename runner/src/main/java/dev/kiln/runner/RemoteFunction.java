package dev.kiln.runner;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Work that runs on a runner for one argument. See {@link RemoteCallable}.
 *
 * @param <A> the argument's type
 * @param <R> the value's type
 */
@FunctionalInterface
public interface RemoteFunction<A extends @Nullable Object, R extends @Nullable Object> extends Serializable {

    /** Runs on the runner. */
    R apply(A argument) throws Exception;
}
