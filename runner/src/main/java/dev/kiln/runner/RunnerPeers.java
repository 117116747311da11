package dev.kiln.runner;

import dev.kiln.frame.FrameLost;
import dev.kiln.frame.QueryInterrupted;
import dev.kiln.frame.spi.Peers;
import dev.kiln.frame.spi.Reply;
import dev.kiln.gc.GcMessage;
import dev.kiln.gc.ProcessRef;
import dev.kiln.gc.Update;
import dev.kiln.runner.wire.Link;
import dev.kiln.runner.wire.Message.Gc;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A runner's way to all other parties: its link home, at whose other end the caller relays, and for what holds nothing the
 * direct link to whoever has it. When the caller is gone everything goes by the direct links. A question has no limit of its own
 * here, since the thread that asks is a call's and is interrupted at that call's deadline.
 */
final class RunnerPeers implements Peers {
    private final Link home;
    private final Questions questions;
    private final ProcessRef caller;
    private final Neighbours neighbours;
    private final RunnerThreads threads;
    private final BooleanSupplier outlives;
    private final Set<ProcessRef> owners = ConcurrentHashMap.newKeySet();

    /** @param outlives whether there is work here that would go on without the caller, and use what it holds */
    RunnerPeers(
            Link home,
            Questions questions,
            ProcessRef caller,
            Neighbours neighbours,
            RunnerThreads threads,
            BooleanSupplier outlives) {
        this.home = home;
        this.questions = questions;
        this.caller = caller;
        this.neighbours = neighbours;
        this.threads = threads;
        this.outlives = outlives;
    }

    @Override
    public byte[] ask(ProcessRef owner, byte[] request) {
        try (Reply reply = reply(owner, request)) {
            return reply.toArray();
        }
    }

    private Reply reply(ProcessRef owner, byte[] request) {
        while (true) {
            boolean alone = neighbours.alone();
            try {
                @Nullable Link way = alone ? neighbours.lastOrComing(owner) : home;
                if (way == null) {
                    throw new FrameLost(
                            "the frame's owner " + owner.name() + " cannot be reached: the caller is gone, and there is"
                                    + " no direct link to it",
                            null);
                }
                return questions.ask(owner, request, way);
            } catch (Questions.NoReply e) {
                if (alone
                        || !neighbours.alone()) { // else the caller was lost meanwhile: every request may be made twice
                    throw new FrameLost("the frame's owner " + owner.name() + " is gone: " + e.getMessage(), e);
                }
            } catch (InterruptedException e) {
                throw interrupted(owner, e);
            }
        }
    }

    @Override
    public Reply pull(ProcessRef owner, byte[] request) {
        try {
            @Nullable Link straight = owner.equals(caller) ? null : neighbours.straight(owner);
            if (straight != null) {
                return questions.ask(owner, request, straight);
            }
        } catch (Questions.NoReply e) {
            // The direct link is lost, or the owner is: asked once more, the other way, it answers, or that is told.
        } catch (InterruptedException e) {
            throw interrupted(owner, e);
        }
        return reply(owner, request);
    }

    private static QueryInterrupted interrupted(ProcessRef owner, InterruptedException e) {
        Thread.currentThread().interrupt();
        return new QueryInterrupted("an operation on a frame of " + owner.name() + " was interrupted", e);
    }

    @Override
    public boolean pullsStraight(@Nullable ProcessRef reader) {
        return neighbours.exist() && !caller.equals(reader);
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
        @Nullable Link way = neighbours.alone() ? neighbours.last(to) : home;
        if (way != null) {
            way.send(new Gc(to, message));
        }
        if (message instanceof Update update && !update.held().isEmpty() && !to.equals(caller)) {
            owners.add(to);
            stayInTouch();
        }
    }

    /**
     * Has direct links made to those whose frames are held here, if there is work that needs them when the caller is gone: then it
     * is too late. Also at every tick.
     */
    void stayInTouch() {
        if (!owners.isEmpty() && outlives.getAsBoolean()) {
            owners.forEach(neighbours::want);
        }
    }

    /** That party has ended. */
    void gone(ProcessRef party) {
        owners.remove(party);
    }
}
