package dev.kiln.pool;

import dev.kiln.frame.FrameSpace;
import dev.kiln.frame.spi.RelayMeter;
import dev.kiln.frame.spi.Reply;
import dev.kiln.pool.NestedRelay.Onward;
import dev.kiln.runner.AnswerDesk;
import dev.kiln.runner.Questions;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Answer;
import dev.kiln.runner.wire.Message.Ask;
import dev.kiln.runner.wire.Message.CancelAsk;
import dev.kiln.runner.wire.Message.Gc;
import dev.kiln.runner.wire.Message.Settlement;
import dev.kiln.runner.wire.Message.Unanswered;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is done about each message of an authenticated runner: outcomes go to the open calls and the books, questions and
 * garbage collection to this party's frames or on to another runner. Called on links' threads; hands on what may take long.
 */
final class Switchboard {
    private static final Duration EXIT_PATIENCE = Duration.ofSeconds(5);

    private final PoolOptions options;
    private final FrameSpace space;
    private final Questions questions;
    private final AnswerDesk answers;
    private final LiveRunners runners;
    private final Introductions introductions;
    private final OpenCalls calls;
    private final NestedRelay nested;
    private final ScheduledExecutorService chores;
    private final OutputLog output;
    private final Herald herald;
    private final Consumer<BookEvent> books;

    Switchboard(
            PoolOptions options,
            FrameSpace space,
            Questions questions,
            AnswerDesk answers,
            LiveRunners runners,
            OpenCalls calls,
            NestedRelay nested,
            ScheduledExecutorService chores,
            OutputLog output,
            Herald herald,
            Consumer<BookEvent> books) {
        this.options = options;
        this.space = space;
        this.questions = questions;
        this.answers = answers;
        this.runners = runners;
        this.introductions = new Introductions(runners);
        this.calls = calls;
        this.nested = nested;
        this.chores = chores;
        this.output = output;
        this.herald = herald;
        this.books = books;
    }

    NestedRelay nested() {
        return nested;
    }

    Introductions introductions() {
        return introductions;
    }

    void tell(BookEvent event) {
        books.accept(event);
    }

    void returned(LiveRunner from, Message.Returned m) {
        Onward onward = nested.onward(from, m.call(), Settlement.RETURNED, m.result());
        Outcome outcome = onward == null ? new Outcome.Returned(from.ref(), m.result()) : new Outcome.PassedOn(true);
        outcome(from, m.call(), m.attempt(), outcome, onward, m.result(), m.holdsSlot());
    }

    void threw(LiveRunner from, Message.Threw m) {
        Onward onward = nested.onward(from, m.call(), Settlement.THREW, m.failure());
        Outcome outcome = onward == null ? new Outcome.Threw(from.ref(), m.failure()) : new Outcome.PassedOn(false);
        outcome(from, m.call(), m.attempt(), outcome, onward, m.failure(), false);
    }

    private void outcome(
            LiveRunner from,
            long call,
            int attempt,
            Outcome outcome,
            @Nullable Onward onward,
            byte[] parcel,
            boolean holdsSlot) {
        boolean inTime = from.over(call, attempt); // if not, its end was told before
        if (inTime && onward == null) { // first: its slot is free for what the caller calls next
            tell(new BookEvent.Finished(call, from.id(), holdsSlot, false));
        }
        boolean counts = inTime && calls.end(call, outcome);
        if (onward != null) {
            onward.pass(counts);
        } else if (!counts) {
            refuse(from, parcel);
            if (holdsSlot) {
                from.send(
                        new Message.Release(call)); // an object that was placed too late; nothing happens if it is none
            }
        }
        if (inTime && onward != null) { // last: the slot of the call that made it is taken back before
            tell(new BookEvent.Finished(call, from.id(), holdsSlot, false));
        }
    }

    void ended(LiveRunner from, Message.Ended m) {
        if (!from.over(m.call(), m.attempt())) {
            return;
        }
        PendingCall call = calls.find(m.call());
        switch (m.ending()) {
            case NOT_TAKEN -> {
                nested.neverBegan(from, m.call()); // before the books may send it there again
                tell(
                        call == null
                                ? new BookEvent.Finished(m.call(), from.id(), false, false)
                                : new BookEvent.NotTaken(
                                        m.call(), from.id(), call.limits().latestStartNanos()));
            }
            case TIMED_OUT, CANCELLED -> {
                String what = OpenCalls.name(m.call()) + " of pool " + options.name() + " on runner " + from.id();
                // The books first: what a caller does who was told that the work did not stop comes after it, and so
                // finds no such runner any more.
                tell(new BookEvent.Finished(m.call(), from.id(), !m.stopped(), !m.stopped()));
                calls.fail(
                        m.call(),
                        m.ending() == Message.Ending.TIMED_OUT
                                ? timedOut(what, m.stopped())
                                : new CallCancelled(what + " was cancelled by its runner", null));
            }
        }
    }

    static CallTimedOut timedOut(String what, boolean stopped) {
        return new CallTimedOut(
                what + " ran out of time and was interrupted; "
                        + (stopped
                                ? "it has stopped"
                                : "it did not stop, so its runner takes no more work and will be ended"),
                CallTimedOut.Phase.RUN,
                stopped,
                null);
    }

    /** Nobody will read it: what it holds over there is let go. */
    private void refuse(LiveRunner from, byte[] parcel) {
        later(() -> space.refuse(parcel, from.ref()));
    }

    void ask(LiveRunner from, Ask ask) {
        if (ask.to().equals(space.self())) {
            answers.take(ask, from::send); // frames of this process that a closure captured
        } else {
            RelayMeter.passedOn(ask.request().length);
            runners.relay(ask.to(), ask, from::send);
        }
    }

    void cancelAsk(CancelAsk cancel) {
        if (cancel.to().equals(space.self())) {
            answers.cancel(cancel);
        } else {
            runners.relay(cancel.to(), cancel, dropped -> {});
        }
    }

    void answer(Answer answer) {
        if (!answer.to().equals(space.self())) {
            try (Reply reply = answer.reply()) { // a message is written before the return, on its way or not
                RelayMeter.passedOn(reply.length());
                runners.relay(answer.to(), answer, dropped -> {});
            }
        } else if (!questions.answered(answer)) {
            later(() -> space.refuse(answer.reply().toArray(), answer.from()));
        }
    }

    void unanswered(Unanswered message) {
        if (message.to().equals(space.self())) {
            questions.unanswered(message);
        } else {
            runners.relay(message.to(), message, dropped -> {});
        }
    }

    void gc(Gc gc) {
        if (gc.to().equals(space.self())) {
            later(() -> space.on(gc.message()));
        } else {
            runners.relay(gc.to(), gc, dropped -> {}); // on this thread: in the order in which it came
        }
    }

    void stranded(LiveRunner from, Message.FramesStranded news) {
        herald.framesStranded(from.id(), news);
    }

    void printed(LiveRunner from, Message.Output line) {
        from.printed(line);
        output.add(from, line);
    }

    /** The runner has closed its link for good, so it is about to end: if it has not after a while, it is ended. */
    void linkLost(LiveRunner runner, String reason) {
        try {
            Future<?> _ = chores.schedule(
                    () -> runner.unreachable("its link is closed: " + reason),
                    EXIT_PATIENCE.toMillis(),
                    TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // The pool is closed, and its runners with it.
        }
    }

    private void later(Runnable task) {
        try {
            chores.execute(task);
        } catch (RejectedExecutionException e) {
            // The pool is closed: nobody holds anything any more.
        }
    }
}
