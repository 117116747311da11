package dev.kiln.runner;

import dev.kiln.frame.FrameLost;
import dev.kiln.frame.QueryInterrupted;
import dev.kiln.frame.spi.Peers;
import dev.kiln.gc.GcMessage;
import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.wire.Link;
import dev.kiln.runner.wire.Message.Gc;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/**
 * A runner's way to all other parties: its one link, at whose other end the caller relays. A question has no limit of its
 * own here, since the thread that asks is a call's and is interrupted at that call's deadline.
 */
record LinkPeers(Link link, Questions questions, ProcessRef caller, RunnerThreads threads) implements Peers {

    @Override
    public byte[] ask(ProcessRef owner, byte[] request) {
        try {
            return questions.ask(owner, request, Duration.ZERO, link::send);
        } catch (Questions.NoReply e) {
            throw new FrameLost("the frame's owner " + owner.name() + " is gone: " + e.getMessage(), e);
        } catch (InterruptedException | TimeoutException e) {
            Thread.currentThread().interrupt();
            throw new QueryInterrupted("an operation on a frame of " + owner.name() + " was interrupted", e);
        }
    }

    @Override
    public void caughtUp() {
        threads.awaitBooks(); // each message of the protocol is taken there
    }

    @Override
    public ProcessRef directory() {
        return caller;
    }

    @Override
    public void tell(ProcessRef to, GcMessage message) {
        link.send(new Gc(to, message));
    }
}
