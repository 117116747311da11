package dev.kiln.pool;

import dev.kiln.runner.wire.Link;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Answer;
import dev.kiln.runner.wire.Message.Ask;
import dev.kiln.runner.wire.Message.CancelAsk;
import dev.kiln.runner.wire.Message.Gc;
import dev.kiln.runner.wire.Message.Heartbeat;
import dev.kiln.runner.wire.Message.RetireAnswer;
import dev.kiln.runner.wire.Message.Unanswered;
import dev.kiln.runner.wire.ProtocolViolation;

/**
 * This side's end of one runner's link. What is told to it comes one call at a time, on the threads of the link's
 * connections; what may take long is handed on.
 */
final class RunnerPort implements Link.Listener {
    private final Switchboard switchboard;
    private final LiveRunner from;
    private boolean heard; // the link's calls only

    RunnerPort(Switchboard switchboard, LiveRunner from) {
        this.switchboard = switchboard;
        this.from = from;
    }

    @Override
    public void received(Link link, Message message) {
        if (!heard) { // it has the session's secret, so from now on a lost connection is made again
            heard = true;
            switchboard.tell(new BookEvent.Greeted(from.id()));
        }
        switch (message) {
            case Message.Returned m -> switchboard.returned(from, m);
            case Message.Threw m -> switchboard.threw(from, m);
            case Message.Ended m -> switchboard.ended(from, m);
            case Message.Submit m -> switchboard.nested().submit(from, m);
            case Message.Withdraw m -> switchboard.nested().withdraw(from, m);
            case Message.EndBatch m -> NestedBatch.endHere(m);
            case Message.BatchProgress m ->
                BatchBook.HERE.find(m.batch()).ifPresent(batch -> batch.progressed(m.call(), m.done(), m.total()));
            case Message.Lend m ->
                switchboard.tell(
                        m.lent()
                                ? new BookEvent.Lent(m.call(), from.id())
                                : new BookEvent.TakenBack(m.call(), from.id()));
            case Message.SlotFreed m -> switchboard.tell(new BookEvent.SlotFreed(m.call(), from.id()));
            case Message.Status m -> {
                from.status(m);
                switchboard.tell(new BookEvent.Reported(from.id(), m.residentCount(), m.paused()));
            }
            case Message.FramesStranded m -> switchboard.stranded(from, m);
            case RetireAnswer m -> switchboard.tell(new BookEvent.RetireAnswered(from.id(), m.goes()));
            case Ask m when m.from().equals(from.ref()) -> switchboard.ask(from, m);
            case CancelAsk m when m.from().equals(from.ref()) -> switchboard.cancelAsk(m);
            case Answer m when m.from().equals(from.ref()) -> switchboard.answer(m);
            case Unanswered m -> switchboard.unanswered(m);
            case Gc m -> switchboard.gc(m);
            case Message.Introduce m -> switchboard.introductions().introduce(from, m);
            case Message.Meet m -> switchboard.introductions().meet(from, m);
            case Message.Output m -> switchboard.printed(from, m);
            case Heartbeat _ -> {} // heard, like all that the link receives
            default ->
                throw new ProtocolViolation(
                        "what no runner sends: " + message.getClass().getSimpleName());
        }
    }

    /** All that the connection brought has been received; the runner has the lease to make another one. */
    @Override
    public void interrupted(Link link, String reason) {
        from.interrupted(reason);
    }

    @Override
    public void resumed(Link link) {
        from.resumed();
    }

    @Override
    public void closed(Link link, String reason) {
        from.interrupted(reason);
        switchboard.linkLost(from, reason);
    }
}
