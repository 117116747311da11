package dev.kiln.system;

import dev.kiln.pool.Call;
import dev.kiln.pool.Pool;
import dev.kiln.runner.RemoteCallable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Work on several runners at the same time. */
final class Everywhere {
    private Everywhere() {}

    /**
     * Runs it on so many runners, one call on each: none of them ends before all have begun.
     *
     * @param pool whose runners take one call each
     * @param folder one that all processes see
     */
    static <T> List<T> run(Pool pool, int runners, Path folder, RemoteCallable<T> work) {
        try {
            Gate gate = Gate.in(Files.createTempDirectory(folder, "everywhere"));
            List<Call<T>> calls = new ArrayList<>();
            for (int i = 0; i < runners; i++) {
                String who = "call-" + i;
                calls.add(pool.submit(() -> {
                    gate.pass(who);
                    return work.call();
                }));
            }
            for (int i = 0; i < runners; i++) {
                gate.awaitBegun("call-" + i);
            }
            gate.open();
            return calls.stream().map(Call::join).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
