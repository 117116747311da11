package dev.kiln.pool;

import dev.kiln.runner.wire.Uninterrupted;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The thread that keeps the books: everybody else tells it events, and it passes on what the books want done. */
final class PoolOwner {
    private static final System.Logger LOG = System.getLogger(Pool.class.getName());

    private static final int BATCH = 1000;

    private final LinkedBlockingQueue<Consumer<Books>> mailbox = new LinkedBlockingQueue<>();
    private final ConcurrentLinkedQueue<Runnable> questions = new ConcurrentLinkedQueue<>();
    private final Books books;
    private final Consumer<BookEffect> effects;
    private final Thread thread;
    private boolean over; // owner thread only

    /** @param effects does what the books want, on the owner's thread: it must not block or run user code */
    PoolOwner(String threadName, Books books, Consumer<BookEffect> effects) {
        this.books = books;
        this.effects = effects;
        this.thread = new OwnerThread(this::loop, threadName);
    }

    /** The thread of some pool's books. */
    private static final class OwnerThread extends Thread {
        OwnerThread(Runnable loop, String name) {
            super(loop, name);
            setDaemon(true);
        }
    }

    /**
     * Refuses what would wait for the books on the thread that keeps them, which has no end.
     *
     * @param what the policy wants, such as "close a pool"
     * @throws IllegalStateException if this is the thread of a pool's books: a policy is asked there
     */
    static void mayWait(String what) {
        if (Thread.currentThread() instanceof OwnerThread) {
            throw new IllegalStateException("a policy cannot " + what
                    + ": it is asked in the middle of its pool's work; do it on a thread of your own");
        }
    }

    void start() {
        thread.start();
    }

    /** Tells the books. Any thread; never blocks. */
    void tell(BookEvent event) {
        mailbox.add(b -> apply(b.on(event, System.nanoTime())));
    }

    /**
     * Reads the books on their own thread, between two events: after all that the asking thread told before, unless more than
     * a thousand events wait, and then after at most twice as many. A poller does not wait for a long mailbox to be empty.
     */
    <T> T read(Function<Books, T> question) {
        if (Thread.currentThread().equals(thread)) {
            return question.apply(books);
        }
        var answer = new CompletableFuture<T>();
        questions.add(() -> answer.complete(question.apply(books)));
        mailbox.add(b -> {}); // wakes the owner
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return answer.get(100, TimeUnit.MILLISECONDS);
                } catch (java.util.concurrent.TimeoutException e) {
                    if (!thread.isAlive()) { // the pool is closed: nobody changes the books any more
                        return question.apply(books);
                    }
                } catch (InterruptedException e) {
                    interrupted = true; // the answer is a moment away
                } catch (java.util.concurrent.ExecutionException e) {
                    throw new IllegalStateException("reading the pool's books failed", e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Ends the thread, after all that it was told before, and waits for that. */
    void stop() {
        mailbox.add(b -> over = true);
        Uninterrupted.await(thread::join);
    }

    private void apply(List<BookEffect> wanted) {
        for (BookEffect effect : wanted) {
            try {
                effects.accept(effect);
            } catch (RuntimeException | Error e) { // the rest is about other calls and runners, which go on
                LOG.log(System.Logger.Level.ERROR, "what the pool's books want could not be done: " + effect, e);
            }
        }
    }

    private void loop() {
        List<Consumer<Books>> batch = new ArrayList<>();
        List<Runnable> asked = new ArrayList<>();
        while (!over) {
            try {
                // Without a wait if there is a question: what was to wake this thread for it may have been taken from
                // the
                // mailbox with the last events, and no other event may ever come. If there is none yet, that comes
                // later.
                long wait = questions.isEmpty() ? untilTick() : 0;
                @Nullable Consumer<Books> first = mailbox.poll(wait, TimeUnit.NANOSECONDS);
                // Before the events: what somebody told before asking is in the mailbox now.
                for (Runnable question = questions.poll(); question != null; question = questions.poll()) {
                    asked.add(question);
                }
                if (first != null) {
                    batch.add(first);
                    mailbox.drainTo(batch, BATCH);
                }
                batch.forEach(this::handle);
                if (untilTick() <= 0) { // also where questions keep the mailbox from ever being empty
                    handle(b -> apply(b.on(new BookEvent.Tick(), System.nanoTime())));
                }
                asked.forEach(question -> handle(b -> question.run()));
            } catch (InterruptedException e) {
                LOG.log(System.Logger.Level.WARNING, "nobody may interrupt {0}; it goes on", thread.getName());
            } finally {
                batch.clear();
                asked.clear();
            }
        }
    }

    private long untilTick() {
        return books.nextTickNanos() - System.nanoTime();
    }

    private void handle(Consumer<Books> task) {
        try {
            task.accept(books);
        } catch (RuntimeException | Error e) { // without this thread nothing of the pool would ever end
            LOG.log(System.Logger.Level.ERROR, "an event could not be entered in the pool's books", e);
        }
    }
}
