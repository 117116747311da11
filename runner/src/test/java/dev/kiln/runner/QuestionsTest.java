package dev.kiln.runner;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.spi.Reply;
import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Answer;
import dev.kiln.runner.wire.Message.Ask;
import dev.kiln.runner.wire.Message.CancelAsk;
import dev.kiln.runner.wire.Message.Unanswered;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class QuestionsTest {
    private static final ProcessRef SELF = new ProcessRef("self", 1);
    private static final ProcessRef OWNER = new ProcessRef("owner", 1);
    private static final ProcessRef OTHER = new ProcessRef("other", 1);
    private static final byte[] REQUEST = {1};
    private static final byte[] REPLY = {2};

    private final Questions questions = new Questions(SELF);
    private final LinkedBlockingQueue<Message> sent = new LinkedBlockingQueue<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }

    private Future<Reply> ask(ProcessRef owner) {
        return threads.submit(() -> questions.ask(owner, REQUEST, Duration.ZERO, sent::add));
    }

    private Consumer<Message> answering(List<Message> log, Consumer<Message> reaction) {
        return message -> {
            log.add(message);
            reaction.accept(message);
        };
    }

    @Test
    void eachQuestionGetsItsOwnAnswer() throws Exception {
        Future<Reply> first = ask(OWNER);
        var ask1 = (Ask) sent.take();
        Future<Reply> second = ask(OTHER);
        var ask2 = (Ask) sent.take();
        assertEquals(List.of(SELF, OWNER, SELF, OTHER), List.of(ask1.from(), ask1.to(), ask2.from(), ask2.to()));
        assertTrue(questions.answered(new Answer(ask2.id(), OWNER, SELF, Reply.of(new byte[] {22}))));
        assertTrue(questions.answered(new Answer(ask1.id(), OWNER, SELF, Reply.of(new byte[] {11}))));
        assertArrayEquals(new byte[] {11}, first.get().toArray());
        assertArrayEquals(new byte[] {22}, second.get().toArray());
    }

    @Test
    void anAnswerMayComeBeforeTheSenderReturns() throws Exception {
        Reply reply = questions.ask(
                OWNER,
                REQUEST,
                Duration.ZERO,
                message ->
                        assertTrue(questions.answered(new Answer(((Ask) message).id(), OWNER, SELF, Reply.of(REPLY)))));
        assertArrayEquals(REPLY, reply.toArray());
    }

    @Test
    void aSecondAnswerIsToBeRefused() throws Exception {
        Future<Reply> asked = ask(OWNER);
        var ask = (Ask) sent.take();
        assertTrue(questions.answered(new Answer(ask.id(), OWNER, SELF, Reply.of(REPLY))));
        assertFalse(questions.answered(new Answer(ask.id(), OWNER, SELF, Reply.of(REPLY))));
        asked.get();
        assertFalse(questions.answered(new Answer(ask.id(), OWNER, SELF, Reply.of(REPLY))));
        assertFalse(questions.answered(new Answer(99, OWNER, SELF, Reply.of(REPLY))));
    }

    @Test
    void noReplyTellsWhy() {
        var failure = assertThrows(
                Questions.NoReply.class,
                () -> questions.ask(
                        OWNER,
                        REQUEST,
                        Duration.ZERO,
                        message -> questions.unanswered(
                                new Unanswered(((Ask) message).id(), SELF, "runner owner has ended"))));
        assertEquals("runner owner has ended", failure.getMessage());
        questions.unanswered(new Unanswered(99, SELF, "nobody asked"));
    }

    @Test
    @DisplayName("F-10: when a party is gone all questions to it end, and no others")
    void whenAPartyIsGoneAllQuestionsToItEnd() throws Exception {
        Future<Reply> lost = ask(OWNER);
        sent.take();
        Future<Reply> kept = ask(OTHER);
        var ask = (Ask) sent.take();
        questions.gone(OWNER, "killed by SIGKILL");
        assertEquals("killed by SIGKILL", assertFails(lost).getMessage());
        assertFalse(kept.isDone());
        questions.answered(new Answer(ask.id(), OWNER, SELF, Reply.of(REPLY)));
        kept.get();
    }

    @Test
    @DisplayName("P-28: when the pool closes all questions end")
    void whenThePoolClosesAllQuestionsEnd() throws Exception {
        List<Future<Reply>> asked = List.of(ask(OWNER), ask(OTHER));
        sent.take();
        sent.take();
        questions.goneAll("the pool is closed");
        for (Future<Reply> question : asked) {
            assertEquals("the pool is closed", assertFails(question).getMessage());
        }
    }

    private static Throwable assertFails(Future<Reply> question) throws InterruptedException {
        return assertThrows(java.util.concurrent.ExecutionException.class, question::get)
                .getCause();
    }

    @Test
    @DisplayName("F-14: a question whose time is over is cancelled over there, and its late answer refused")
    void aQuestionWhoseTimeIsOverIsCancelled() {
        List<Message> log = new ArrayList<>();
        assertThrows(
                TimeoutException.class,
                () -> questions.ask(OWNER, REQUEST, Duration.ofMillis(1), answering(log, message -> {
                    if (message instanceof CancelAsk cancel) { // nobody would read it any more
                        assertFalse(questions.answered(new Answer(cancel.id(), OWNER, SELF, Reply.of(REPLY))));
                    }
                })));
        assertEquals(2, log.size());
        assertEquals(new CancelAsk(((Ask) log.getFirst()).id(), SELF, OWNER), log.getLast());
    }

    @Test
    @DisplayName("F-14: interrupting the one who asks cancels the question over there")
    void interruptingTheOneWhoAsksCancelsTheQuestion() {
        List<Message> log = new ArrayList<>();
        assertThrows(
                InterruptedException.class,
                () -> questions.ask(OWNER, REQUEST, Duration.ZERO, answering(log, message -> {
                    if (message instanceof Ask) {
                        Thread.currentThread().interrupt();
                    }
                })));
        assertEquals(new CancelAsk(((Ask) log.getFirst()).id(), SELF, OWNER), log.getLast());
        assertFalse(Thread.currentThread().isInterrupted());
    }

    @Test
    @DisplayName("G-08: an answer that counted is returned although its reader was interrupted or late")
    void anAnswerThatCountedIsReturned() throws Exception {
        for (int i = 0; i < 2_000; i++) {
            Thread asker = Thread.currentThread();
            List<Boolean> counted = new ArrayList<>();
            Future<?>[] answering = new Future<?>[1];
            boolean returned;
            try {
                questions.ask(OWNER, REQUEST, Duration.ofSeconds(50), message -> {
                    if (message instanceof Ask ask) {
                        answering[0] = threads.submit(() -> {
                            asker.interrupt();
                            counted.add(questions.answered(new Answer(ask.id(), OWNER, SELF, Reply.of(REPLY))));
                        });
                    }
                });
                returned = true;
            } catch (InterruptedException e) {
                returned = false;
            }
            Thread.interrupted();
            while (!answering[0].isDone()) {
                Thread.onSpinWait();
            }
            assertEquals(List.of(returned), counted);
            Thread.interrupted();
        }
    }
}
