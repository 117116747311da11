package dev.kiln.pool.spi;

import dev.kiln.runner.wire.Link;
import java.util.function.Supplier;

/** Where runners come in. Each new link gets a listener of its own, which greets whoever is at the other end. */
@FunctionalInterface
public interface Door extends Supplier<Link.Listener> {}
