package dev.kiln.frame;

import dev.kiln.frame.spi.Substitution;
import java.time.Duration;
import java.util.Objects;

/**
 * How a {@link FrameSpace} treats what crosses.
 *
 * @param placeFrames whether frames in results stay where they were made; if not, they cross by value. Default true
 * @param sharedMemory whether the other parties may be able to map this process's memory; only a hope, a party that
 *     cannot map is served over its link. Default false
 * @param lease how long a holder may be silent before it loses its holds, positive. Default 20 s
 * @param operands where an operation on data of several parties runs. Default {@link OperandPolicy#SMALLER_MOVES}
 * @param collectWhenAsked whether this process runs its garbage collector when an owner of frames that are held here asks for
 *     it; not more often than every 10 s, nor for more than 5 % of the time. Default true
 * @param traceFrames whether it is looked for where in the code frames are made. Default false
 * @param limits what a received message may ask for
 * @param substitution how types of the rooms above travel
 */
public record SpaceOptions(
        boolean placeFrames,
        boolean sharedMemory,
        Duration lease,
        OperandPolicy operands,
        boolean collectWhenAsked,
        boolean traceFrames,
        ParcelLimits limits,
        Substitution substitution) {

    private static final SpaceOptions DEFAULTS = new SpaceOptions(
            true,
            false,
            Duration.ofSeconds(20),
            OperandPolicy.SMALLER_MOVES,
            true,
            false,
            ParcelLimits.defaults(),
            Substitution.NONE);

    public SpaceOptions {
        Objects.requireNonNull(operands, "operands");
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(substitution, "substitution");
        if (!lease.isPositive()) {
            throw new IllegalArgumentException("lease must be positive, was " + lease);
        }
    }

    /**
     * @param placeFrames whether frames in results stay where they were made
     * @param sharedMemory whether the other parties may be able to map this process's memory
     * @param lease how long a holder may be silent before it loses its holds, positive
     */
    public SpaceOptions(boolean placeFrames, boolean sharedMemory, Duration lease) {
        this(
                placeFrames,
                sharedMemory,
                lease,
                OperandPolicy.SMALLER_MOVES,
                true,
                false,
                ParcelLimits.defaults(),
                Substitution.NONE);
    }

    /** The defaults named above. */
    public static SpaceOptions defaults() {
        return DEFAULTS;
    }

    /** These options with another way for frames in results. */
    public SpaceOptions withPlaceFrames(boolean place) {
        return new SpaceOptions(
                place, sharedMemory, lease, operands, collectWhenAsked, traceFrames, limits, substitution);
    }

    /** These options with or without shared memory. */
    public SpaceOptions withSharedMemory(boolean shared) {
        return new SpaceOptions(
                placeFrames, shared, lease, operands, collectWhenAsked, traceFrames, limits, substitution);
    }

    /** These options with another lease, positive. */
    public SpaceOptions withLease(Duration other) {
        return new SpaceOptions(
                placeFrames, sharedMemory, other, operands, collectWhenAsked, traceFrames, limits, substitution);
    }

    /** These options with another policy for operands at several parties. */
    public SpaceOptions withOperands(OperandPolicy other) {
        return new SpaceOptions(
                placeFrames, sharedMemory, lease, other, collectWhenAsked, traceFrames, limits, substitution);
    }

    /** These options with or without collecting garbage for others. */
    public SpaceOptions withCollectWhenAsked(boolean collect) {
        return new SpaceOptions(placeFrames, sharedMemory, lease, operands, collect, traceFrames, limits, substitution);
    }

    /** These options with or without looking where frames are made. */
    public SpaceOptions withTraceFrames(boolean trace) {
        return new SpaceOptions(
                placeFrames, sharedMemory, lease, operands, collectWhenAsked, trace, limits, substitution);
    }

    /** These options with other limits for received messages. */
    public SpaceOptions withLimits(ParcelLimits other) {
        return new SpaceOptions(
                placeFrames, sharedMemory, lease, operands, collectWhenAsked, traceFrames, other, substitution);
    }

    /** These options with another substitution, in place of the present one. */
    public SpaceOptions withSubstitution(Substitution other) {
        return new SpaceOptions(
                placeFrames, sharedMemory, lease, operands, collectWhenAsked, traceFrames, limits, other);
    }
}
