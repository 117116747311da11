package dev.kiln.runner.wire;

import dev.kiln.frame.MemoryLimits;
import dev.kiln.frame.OperandPolicy;
import dev.kiln.gc.ProcessRef;
import java.time.Duration;

/**
 * What a runner is told when it is taken into its pool.
 *
 * @param pool the pool's name
 * @param caller the party that it works for
 * @param self the party that it is
 * @param lease how long either side may be silent before the other holds it for dead
 * @param heartbeat how often each side says that it lives
 * @param grace how long an interrupted closure may take to end before its caller is answered without it
 * @param shutdownTimeout how long unlinked work goes on when the caller is gone
 * @param placeFrames whether frames in results stay here
 * @param sharedMemory whether caller and runner are on one host and may map each other's memory
 * @param strictSlots whether resident data of a call keeps that call's slot
 * @param virtualThreads whether closures run on virtual threads
 * @param memory what it may use for frames
 * @param operands where an operation on frames of several parties runs
 * @param traceFrames whether it is looked for where in the code frames are made
 */
public record RunnerSettings(
        String pool,
        ProcessRef caller,
        ProcessRef self,
        Duration lease,
        Duration heartbeat,
        Duration grace,
        Duration shutdownTimeout,
        boolean placeFrames,
        boolean sharedMemory,
        boolean strictSlots,
        boolean virtualThreads,
        MemoryLimits memory,
        OperandPolicy operands,
        boolean traceFrames) {}
