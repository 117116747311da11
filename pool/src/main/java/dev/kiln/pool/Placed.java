package dev.kiln.pool;

import java.util.Optional;

/**
 * An object that lives on a runner, and the way to it.
 *
 * <pre>{@code
 * interface Index {                                       // the object is called by an interface
 *     void add(Document document);
 *     List<Hit> search(String words);
 * }
 *
 * try (Placed<Index> placed = pool.place(Index.class, () -> new LuceneIndex(folder))) {
 *     Index index = placed.get();                         // a proxy: its methods run where the object is
 *     index.add(document);
 *     List<Hit> hits = index.search("placed objects");
 * }
 * }</pre>
 *
 * Each use of a method is a call: what it takes, returns and throws crosses by value, frames in results stay on the runner, and
 * it has the time limits of the {@link Caller} that placed the object. A method's own exception is thrown as it is, with the
 * stack of both sides, if it is unchecked or the method declares it; otherwise, and if it cannot cross, as cause of a {@link
 * CallFailed}. Failures of the pool are thrown as {@link Caller#call} throws them. Methods run one at a time in the order in
 * which they are called, unless the object was placed {@linkplain Caller#concurrent concurrent}. {@code toString},
 * {@code equals} and {@code hashCode} are the proxy's own; default methods run on the runner.
 *
 * <p>The object takes a slot and keeps its runner alive until it is closed, or neither this nor the proxy is reachable any
 * more, or this process is gone. If its runner is lost, or has to go, it is lost too and every further use is {@link
 * RunnerLost}, unless it was placed with {@link Caller#restarts}: then it is made again elsewhere, and calls wait for that
 * within their limits. A method that was running when its runner was lost fails in either case and never runs twice, unless
 * the object was placed through an {@linkplain Caller#idempotent idempotent} view.
 *
 * <p>A closure may capture it, or the proxy, and a method may be given or return either: on a runner they call the same object,
 * which is not let go as long as a call that captured it, or an object whose factory did, is not over. On its own runner a method is called without detour,
 * still in its turn and with copies. There, {@code checkpoint} and {@code close} are {@link IllegalStateException}. A method
 * that waits for a call which comes back to its own object from elsewhere waits for itself.
 *
 * <p>Thread-safe, and so is the proxy.
 *
 * @param <S> the interface
 */
public sealed interface Placed<S> extends AutoCloseable permits PlacedHandle, NestedPlaced {

    /** The proxy, always the same. */
    S get();

    /** The runner that the object is on; empty while it is made again, and when it is closed or lost. */
    Optional<String> runner();

    /**
     * Takes a checkpoint now, between two methods, and waits until it is here.
     *
     * @throws IllegalStateException if the object was placed without {@link Caller#checkpoint}, or is closed
     * @throws CallFailed if the checkpoint function threw; the checkpoint before remains
     * @throws PoolException as a method does
     */
    void checkpoint();

    /**
     * Lets the object go. It goes after the methods in hand, and if it is {@link AutoCloseable} its own {@code close} runs on
     * the runner then, and a failure of that is logged there; nobody waits for it here. Idempotent. Later use is {@link
     * IllegalStateException}.
     */
    @Override
    void close();
}
