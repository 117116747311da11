package dev.kiln.runner;

import dev.kiln.frame.FrameSpace;
import dev.kiln.frame.spi.Reply;
import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Answer;
import dev.kiln.runner.wire.Message.Ask;
import dev.kiln.runner.wire.Message.CancelAsk;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Answers what other parties ask this one's frames, each question on a thread of its own: frame operations take no slot.
 * {@link #take} and {@link #cancel} are for the link's thread.
 */
public final class AnswerDesk implements AutoCloseable {
    private final FrameSpace space;
    private final Runnable beforeAnswer;
    private final ExecutorService threads;
    private final Map<Question, Future<?>> open = new ConcurrentHashMap<>();

    private record Question(long id, ProcessRef from) {}

    /**
     * @param party names this party's threads
     * @param beforeAnswer called before each answer is sent, since that may have left data here
     */
    public AnswerDesk(FrameSpace space, String party, Runnable beforeAnswer) {
        this.space = space;
        this.beforeAnswer = beforeAnswer;
        this.threads = Executors.newCachedThreadPool(Thread.ofPlatform()
                .daemon()
                .name("kiln-frames-" + party + "-", 1)
                .factory());
    }

    /** Begins to answer; {@code reply} takes the answer, on another thread. */
    public void take(Ask ask, Consumer<Message> reply) {
        var question = new Question(ask.id(), ask.from());
        var answering = new FutureTask<@Nullable Void>(() -> {
            try {
                byte[] answer = space.serve(ask.request(), ask.from());
                beforeAnswer.run();
                reply.accept(new Answer(ask.id(), space.self(), ask.from(), Reply.of(answer)));
            } finally {
                open.remove(question);
            }
            return null;
        });
        open.put(question, answering); // before it can end, and before this thread can read its cancel
        threads.execute(answering);
    }

    /** Nobody waits for the answer any more. */
    public void cancel(CancelAsk cancel) {
        Future<?> answering = open.remove(new Question(cancel.id(), cancel.from()));
        if (answering != null) {
            answering.cancel(true);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
