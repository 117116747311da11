package dev.kiln.pool;

import dev.kiln.frame.FrameLost;
import dev.kiln.frame.spi.Peers;
import dev.kiln.frame.spi.Reply;
import dev.kiln.gc.GcMessage;
import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.Questions;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Ask;
import dev.kiln.runner.wire.Message.Gc;
import dev.kiln.runner.wire.Message.Unanswered;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The caller's way to its runners' frames. An operation on a frame obeys the pool's timeout and ends on interrupt. */
record PoolPeers(LiveRunners runners, Questions questions, Duration timeout, Supplier<List<ProcessRef>> known)
        implements Peers {

    @Override
    public byte[] ask(ProcessRef owner, byte[] request) {
        try (Reply reply = pull(owner, request)) {
            return reply.toArray();
        }
    }

    @Override
    public Reply pull(ProcessRef owner, byte[] request) {
        try {
            return questions.ask(owner, request, timeout, message -> send(owner, message));
        } catch (Questions.NoReply e) {
            throw new FrameLost("the frame was on runner " + owner.name() + ", which is gone: " + e.getMessage(), e);
        } catch (TimeoutException e) {
            throw new CallTimedOut(
                    "an operation on a frame of runner " + owner.name() + " took longer than the pool's timeout ("
                            + timeout + "); it was told to stop",
                    CallTimedOut.Phase.RUN,
                    false,
                    null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CallCancelled(
                    "an operation on a frame of runner " + owner.name() + " was cancelled: its caller was interrupted",
                    e);
        }
    }

    private void send(ProcessRef owner, Message message) {
        Consumer<Message> instead = answer -> questions.unanswered((Unanswered) answer);
        runners.relay(owner, message, message instanceof Ask ? instead : dropped -> {});
    }

    @Override
    public List<ProcessRef> hosts() {
        return known.get();
    }

    @Override
    public void tell(ProcessRef to, GcMessage message) {
        runners.relay(to, new Gc(to, message), dropped -> {});
    }
}
