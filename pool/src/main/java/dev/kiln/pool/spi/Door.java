package dev.kiln.pool.spi;

import dev.kiln.runner.wire.Carrier;

/** Where runners come in, with their first connection and with every further one: who is at its other end is found out here. */
@FunctionalInterface
public interface Door extends Carrier.Host {}
