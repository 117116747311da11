package dev.kiln.runner;

import java.time.Instant;
import java.util.Optional;

/** What code on a runner sees of it outside of calls. */
record IdleContext(String id, String pool, String caller) implements RunnerContext {
    @Override
    public Optional<Instant> deadline() {
        return Optional.empty();
    }

    @Override
    public boolean cancelled() {
        return false;
    }
}
