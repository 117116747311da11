package dev.kiln.pool;

import dev.kiln.runner.wire.Link;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Answer;
import dev.kiln.runner.wire.Message.Ask;
import dev.kiln.runner.wire.Message.CancelAsk;
import dev.kiln.runner.wire.Message.Gc;
import dev.kiln.runner.wire.Message.Heartbeat;
import dev.kiln.runner.wire.Message.Hello;
import dev.kiln.runner.wire.Message.Rejected;
import dev.kiln.runner.wire.Message.RetireAnswer;
import dev.kiln.runner.wire.Message.Unanswered;
import dev.kiln.runner.wire.Message.Welcome;
import dev.kiln.runner.wire.ProtocolViolation;
import dev.kiln.runner.wire.SocketLink;
import org.jspecify.annotations.Nullable;

/**
 * This side's end of one link: nobody until its greeting has been checked, then one runner's. Everything here runs on the
 * link's thread; what may take long is handed on.
 */
final class RunnerPort implements Link.Listener {
    private final Reception reception;
    private final Switchboard switchboard;
    private @Nullable LiveRunner runner;

    RunnerPort(Reception reception, Switchboard switchboard) {
        this.reception = reception;
        this.switchboard = switchboard;
    }

    @Override
    public void opened(Link link) {
        reception.connected(link, System.nanoTime());
    }

    @Override
    public void received(Link link, Message message) {
        LiveRunner from = runner;
        if (from == null) {
            greet(link, message);
            return;
        }
        from.heard();
        switch (message) {
            case Message.Returned m -> switchboard.returned(from, m);
            case Message.Threw m -> switchboard.threw(from, m);
            case Message.Ended m -> switchboard.ended(from, m);
            case Message.SlotFreed m -> switchboard.tell(new BookEvent.SlotFreed(m.call(), from.id()));
            case Message.Status m -> {
                from.status(m);
                switchboard.tell(new BookEvent.Reported(from.id(), m.residentCount()));
            }
            case RetireAnswer m -> switchboard.tell(new BookEvent.RetireAnswered(from.id(), m.goes()));
            case Ask m when m.from().equals(from.ref()) -> switchboard.ask(from, m);
            case CancelAsk m when m.from().equals(from.ref()) -> switchboard.cancelAsk(m);
            case Answer m when m.from().equals(from.ref()) -> switchboard.answer(m);
            case Unanswered m -> switchboard.unanswered(m);
            case Gc m -> switchboard.gc(m);
            case Message.Output m -> switchboard.printed(from, m);
            case Heartbeat _ -> switchboard.heartbeat(from);
            default ->
                throw new ProtocolViolation(
                        "what no runner sends: " + message.getClass().getSimpleName());
        }
    }

    private void greet(Link link, Message message) {
        if (!(message instanceof Hello hello)) {
            throw new ProtocolViolation("no greeting");
        }
        switch (reception.check(hello)) {
            case Reception.Refused refused -> {
                link.send(new Rejected(refused.reason()));
                link.close();
            }
            case Reception.Taken taken -> {
                if (link instanceof SocketLink socket) {
                    socket.authenticated();
                }
                runner = taken.runner();
                taken.runner().greeted(link, hello);
                link.send(new Welcome(taken.runner().proof(), taken.runner().session(), taken.settings()));
                reception.arrived(link);
                switchboard.tell(new BookEvent.Greeted(taken.runner().id()));
            }
        }
    }

    @Override
    public void closed(Link link, String reason) {
        reception.arrived(link);
        if (runner != null) {
            runner.linkClosed();
            switchboard.linkLost(runner, reason);
        }
    }
}
