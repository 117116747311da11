/** Frames for programs outside of a pool, by Arrow Flight. Read {@link dev.kiln.flight.FlightEndpoint} first. */
@NullMarked
package dev.kiln.flight;

import org.jspecify.annotations.NullMarked;
