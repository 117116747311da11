package dev.kiln.runner;

import dev.kiln.runner.wire.Link;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Rejected;
import dev.kiln.runner.wire.Message.Welcome;
import dev.kiln.runner.wire.SocketLink;
import java.security.MessageDigest;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The runner's end of a link from its greeting on: waits for a caller that proves itself, then hands all messages to the
 * {@link RunnerNode} that it starts. Everything here runs on the link's thread.
 */
public final class RunnerGreeting implements Link.Listener {
    private final byte[] proof;
    private final Consumer<RunnerNode> taken;
    private final Consumer<String> refused;
    private final Consumer<String> ended;
    private @Nullable RunnerNode node;

    /**
     * @param proof what the caller must show, 32 bytes
     * @param taken called when the caller has taken this runner
     * @param refused called with the reason when it has not, or the link closed before
     * @param ended called with the reason when a runner that was taken has ended
     */
    public RunnerGreeting(byte[] proof, Consumer<RunnerNode> taken, Consumer<String> refused, Consumer<String> ended) {
        this.proof = proof;
        this.taken = taken;
        this.refused = refused;
        this.ended = ended;
    }

    @Override
    public void received(Link link, Message message) {
        if (node != null) {
            node.received(link, message);
            return;
        }
        switch (message) {
            case Welcome welcome
            when MessageDigest.isEqual(welcome.proof(), proof) -> {
                if (link instanceof SocketLink socket) {
                    socket.authenticated();
                }
                node = new RunnerNode(welcome.settings(), link, ended);
                taken.accept(node);
            }
            case Rejected rejected -> refused.accept("the caller refused this runner: " + rejected.reason());
            default -> refused.accept("what answered did not prove to be the caller");
        }
    }

    @Override
    public void closed(Link link, String reason) {
        if (node == null) {
            refused.accept("the link closed during the greeting: " + reason);
        } else {
            node.closed(link, reason);
        }
    }
}
