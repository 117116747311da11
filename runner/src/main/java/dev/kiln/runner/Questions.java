package dev.kiln.runner;

import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Answer;
import dev.kiln.runner.wire.Message.Ask;
import dev.kiln.runner.wire.Message.CancelAsk;
import dev.kiln.runner.wire.Message.Unanswered;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** The questions of one party to other frame spaces that are not answered yet. Any thread. */
public final class Questions {
    private final ProcessRef self;
    private final AtomicLong lastId = new AtomicLong();
    private final Map<Long, Open> open = new ConcurrentHashMap<>();

    private record Open(ProcessRef owner, CompletableFuture<byte[]> reply) {}

    /** No reply will come. */
    public static final class NoReply extends Exception {
        private static final long serialVersionUID = 1L;

        NoReply(String reason) {
            super(reason);
        }
    }

    public Questions(ProcessRef self) {
        this.self = self;
    }

    /**
     * Asks and waits.
     *
     * @param send takes the {@link Ask}, and the {@link CancelAsk} if the wait ends early
     * @param limit how long to wait; zero for as long as it takes
     * @throws NoReply if the owner is gone, with the reason
     * @throws TimeoutException if the limit has passed; the owner is told
     * @throws InterruptedException if the waiting thread was interrupted before there was a reply; the owner is told
     */
    public byte[] ask(ProcessRef owner, byte[] request, Duration limit, Consumer<Message> send)
            throws NoReply, TimeoutException, InterruptedException {
        long id = lastId.incrementAndGet();
        var question = new Open(owner, new CompletableFuture<>());
        open.put(id, question); // before it is sent: the answer may be faster than this thread
        try {
            send.accept(new Ask(id, self, owner, request));
            return limit.isZero() ? question.reply.get() : question.reply.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | InterruptedException e) {
            if (question.reply.cancel(false)) { // from here on a reply is refused
                send.accept(new CancelAsk(id, self, owner));
                throw e;
            }
            // It was settled in this very moment. A reply holds what only its reader lets go, so it counts.
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            return settled(question);
        } catch (ExecutionException e) {
            return settled(question);
        } finally {
            open.remove(id);
        }
    }

    private static byte[] settled(Open question) throws NoReply {
        if (question.reply.state() == Future.State.SUCCESS) {
            return question.reply.resultNow();
        }
        throw new NoReply(String.valueOf(question.reply.exceptionNow().getMessage()));
    }

    /** Whether the question was still open; if not, the reply must be refused so that nothing stays held for it. */
    public boolean answered(Answer answer) {
        Open question = open.get(answer.id());
        return question != null && question.reply.complete(answer.reply());
    }

    /** Ends one question without a reply. */
    public void unanswered(Unanswered message) {
        Open question = open.get(message.id());
        if (question != null) {
            question.reply.completeExceptionally(new NoReply(message.reason()));
        }
    }

    /** Ends all questions. */
    public void goneAll(String reason) {
        open.values().forEach(question -> question.reply.completeExceptionally(new NoReply(reason)));
    }

    /** Ends all questions to a party that is gone. */
    public void gone(ProcessRef owner, String reason) {
        open.values().stream()
                .filter(question -> question.owner.equals(owner))
                .forEach(question -> question.reply.completeExceptionally(new NoReply(reason)));
    }
}
