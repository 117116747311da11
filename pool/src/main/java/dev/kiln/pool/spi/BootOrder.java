package dev.kiln.pool.spi;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a backend needs to start one runner.
 *
 * @param runner the runner's id
 * @param token the secret by which the runner proves itself to the caller, 32 bytes; never to appear on a command line
 * @param proof the secret by which the caller proves itself to the runner, 32 bytes; likewise
 * @param jvmOptions options for the runner's JVM, after those that it inherits
 * @param env environment variables, over those that it inherits
 * @param outlives how long the runner may outlive its caller: who finds it alive after that may end it. A backend writes it
 *     where whoever looks for orphans finds it, before the machine is asked for
 */
@SuppressWarnings("ArrayRecordComponent") // secrets on their way: whoever makes one owns its arrays
public record BootOrder(
        String runner,
        byte[] token,
        byte[] proof,
        List<String> jvmOptions,
        Map<String, String> env,
        Duration outlives) {

    public BootOrder {
        jvmOptions = List.copyOf(jvmOptions);
        env = Map.copyOf(env);
    }
}
