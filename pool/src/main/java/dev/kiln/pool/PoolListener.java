package dev.kiln.pool;

import dev.kiln.KilnException;
import dev.kiln.frame.FrameInfo;
import java.util.List;

/**
 * Is told what happens in a pool, in order, on a thread that does nothing else: a slow listener delays no call. One that
 * throws is logged and told the next news all the same. While it lags more than 10,000 news behind, further ones are left
 * out, which is logged.
 *
 * <pre>{@code
 * Pool.named("media").listener(new PoolListener() {
 *     @Override
 *     public void onShrink(String pool, int count, String reason) {
 *         log.info("{} has {} runners: {}", pool, count, reason);
 *     }
 * }).open();
 * }</pre>
 *
 * <p>Nothing is told of runners that end because the pool is closed. What is still to be told when it is closed is told
 * within a second, or not.
 */
public interface PoolListener {

    /**
     * Runners were asked for.
     *
     * @param pool the pool's name
     * @param count how many runners there will be when all are up; those that are leaving not counted
     */
    default void onGrowStart(String pool, int count) {}

    /**
     * One of the runners that were asked for came up, or did not.
     *
     * @param pool the pool's name
     * @param count how many runners take calls now
     */
    default void onGrowEnd(String pool, int count, GrowOutcome outcome) {}

    /**
     * A runner leaves, or was lost.
     *
     * @param pool the pool's name
     * @param count how many runners are left, those counted that are being started
     * @param reason which one and why, for people
     */
    default void onShrink(String pool, int count, String reason) {}

    /**
     * A runner is about to end, and no other one takes some of what is held there: it is lost with the runner.
     *
     * @param pool the pool's name
     * @param runner which one
     * @param count how many frames and other values
     * @param bytes of the frames' data
     * @param reason why, for people
     */
    default void onFramesLost(String pool, String runner, long count, long bytes, String reason) {}

    /**
     * The pool is being closed, and this process can still reach frames on its runners that it has not let go of: they end with
     * the runners.
     *
     * @param pool the pool's name
     * @param frames the largest first; see {@link PoolBuilder#traceFrames} for where they were made
     */
    default void onFramesLeaked(String pool, List<FrameInfo> frames) {}

    /**
     * A call failed, was cancelled or ran out of time, also one that nobody waits for.
     *
     * @param pool the pool's name
     * @param call the call's {@link Call#id}
     * @param failure what its caller is told
     */
    default void onCallFailed(String pool, long call, KilnException failure) {}
}
