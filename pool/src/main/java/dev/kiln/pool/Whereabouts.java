package dev.kiln.pool;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where a placed object is. */
sealed interface Whereabouts {
    /**
     * On a runner.
     *
     * @param call the one that placed it there
     */
    record At(String runner, long call) implements Whereabouts {}

    /** About to be made; {@code by} which thread, once it is made again. */
    record Moving(@Nullable Thread by) implements Whereabouts {}

    /** Gone; {@code why} makes what the next use throws. */
    record Over(Supplier<RuntimeException> why) implements Whereabouts {}
}
