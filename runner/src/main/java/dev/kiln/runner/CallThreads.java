package dev.kiln.runner;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The threads that run closures, and nothing else: link, heartbeat and deadlines have platform threads of their own, which
 * the system schedules beside closures that compute, on whichever kind of thread those are. How many there are is bounded by
 * how many calls the pool sends at once.
 */
final class CallThreads {
    private CallThreads() {}

    /**
     * Opens them.
     *
     * @param virtual whether closures that wait are many and cost little, or those that compute share all processors fairly
     */
    static ExecutorService open(boolean virtual, String runner) {
        String name = "kiln-call-" + runner + "-";
        return virtual
                ? Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name(name, 1).factory())
                : Executors.newCachedThreadPool(
                        Thread.ofPlatform().daemon().name(name, 1).factory());
    }
}
