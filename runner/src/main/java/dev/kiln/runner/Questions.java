package dev.kiln.runner;

import dev.kiln.frame.spi.Reply;
import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.wire.Link;
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
import org.jspecify.annotations.Nullable;

/** The questions of one party to other frame spaces that are not answered yet. Any thread. */
public final class Questions {
    private final ProcessRef self;
    private final AtomicLong lastId = new AtomicLong();
    private final Map<Long, Open> open = new ConcurrentHashMap<>();

    /** @param over the link that it went over, if it matters which */
    private record Open(ProcessRef owner, @Nullable Link over, CompletableFuture<Reply> reply) {}

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
     * @return the reply, to be closed
     * @throws NoReply if the owner is gone, with the reason
     * @throws TimeoutException if the limit has passed; the owner is told
     * @throws InterruptedException if the waiting thread was interrupted before there was a reply; the owner is told
     */
    public Reply ask(ProcessRef owner, byte[] request, Duration limit, Consumer<Message> send)
            throws NoReply, TimeoutException, InterruptedException {
        return ask(new Open(owner, null, new CompletableFuture<>()), request, limit, send);
    }

    /**
     * Asks over this link and waits for as long as it takes.
     *
     * @throws NoReply if the owner is gone, or the link is closed for good, with the reason
     * @throws InterruptedException as above
     */
    Reply ask(ProcessRef owner, byte[] request, Link over) throws NoReply, InterruptedException {
        try {
            return ask(new Open(owner, over, new CompletableFuture<>()), request, Duration.ZERO, message -> {
                over.send(message);
                if (over.isOver()) { // looked at after the question was open: either this ends it, or whoever closed
                    // the link
                    cut(over, "the link was closed");
                }
            });
        } catch (TimeoutException e) {
            throw new IllegalStateException("without a limit", e);
        }
    }

    private Reply ask(Open question, byte[] request, Duration limit, Consumer<Message> send)
            throws NoReply, TimeoutException, InterruptedException {
        ProcessRef owner = question.owner;
        long id = lastId.incrementAndGet();
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

    private static Reply settled(Open question) throws NoReply {
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

    /** Ends all questions that went over a link which is closed for good. */
    void cut(Link over, String reason) {
        open.values().stream()
                .filter(question -> over.equals(question.over))
                .forEach(question -> question.reply.completeExceptionally(new NoReply(reason)));
    }

    /** Ends all questions to a party that is gone. */
    public void gone(ProcessRef owner, String reason) {
        open.values().stream()
                .filter(question -> question.owner.equals(owner))
                .forEach(question -> question.reply.completeExceptionally(new NoReply(reason)));
    }
}
