package dev.kiln.runner.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.impl.NetSocketInternal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection over TCP with TLS 1.3, after its handshake. Events are told on the party's event loop.
 *
 * <p>Copies: one on the way out, into the buffer that is handed to the event loop; none on the way in, where the events see
 * what the cipher has written.
 */
final class TlsCarrier implements Carrier {
    /** How much may be on its way to the socket. */
    static final int MOST_UNSENT_BYTES = 256 * 1024;

    private static final System.Logger LOG = System.getLogger(TlsCarrier.class.getName());

    private final NetSocketInternal socket;
    private final TlsParty party;
    private final AtomicInteger unsent = new AtomicInteger();
    private final AtomicBoolean waiting = new AtomicBoolean(); // write gave false, and writable was not told yet
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Promise<Void> gone = Promise.promise();
    private volatile @Nullable String writeProblem;
    private @Nullable Events events; // event loop only

    TlsCarrier(NetSocket socket, TlsParty party) {
        this.socket = (NetSocketInternal) socket;
        this.party = party;
    }

    /** Event loop. @return whether the host took it */
    boolean begin(Host host) {
        // A failed write closes only that direction: what the other side sent before it went is still read.
        socket.channelHandlerContext().channel().config().setAutoClose(false);
        socket.closeHandler(over -> {
            @Nullable String problem = writeProblem;
            closeBecause(problem == null ? "the other side closed it" : problem);
            party.forget(this);
            gone.complete();
        });
        socket.exceptionHandler(e -> closeBecause("reading failed: " + e.getMessage()));
        try {
            events = host.connected(this);
        } catch (RuntimeException e) { // this one connection fails, nothing else
            LOG.log(System.Logger.Level.WARNING, "a connection was not accepted: " + e.getMessage());
            closed.set(true);
            leave();
            return false;
        }
        socket.messageHandler(this::received);
        return true;
    }

    @Override
    public boolean write(ByteBuffer[] bytes) throws IOException {
        boolean takesMore = true;
        int wanted = remaining(bytes);
        while (takesMore && wanted > 0) {
            if (closed.get()) {
                throw new ClosedChannelException();
            }
            @Nullable String problem = writeProblem;
            if (problem != null) {
                throw new IOException(problem);
            }
            int taken = Math.min(wanted, MOST_UNSENT_BYTES - unsent.get());
            ByteBuf copy = copy(bytes, taken);
            unsent.addAndGet(taken);
            try {
                socket.writeMessage(copy, result -> written(taken, result));
            } catch (RejectedExecutionException e) {
                throw new IOException("the party of this connection has ended", e);
            }
            wanted -= taken;
            takesMore = unsent.get() < MOST_UNSENT_BYTES || !mustWait();
        }
        return takesMore;
    }

    /** Either this finds that room was made meanwhile, or {@link #written} finds that somebody waits for it: one of the two. */
    private boolean mustWait() {
        waiting.set(true);
        return unsent.get() > MOST_UNSENT_BYTES / 2 || !waiting.compareAndSet(true, false);
    }

    private static int remaining(ByteBuffer[] bytes) {
        long sum = 0;
        for (ByteBuffer one : bytes) {
            sum += one.remaining();
        }
        return (int) Math.min(sum, Integer.MAX_VALUE);
    }

    private static ByteBuf copy(ByteBuffer[] bytes, int count) {
        ByteBuf copy = Unpooled.buffer(count, count);
        for (ByteBuffer one : bytes) {
            int limit = one.limit();
            one.limit(one.position() + Math.min(one.remaining(), copy.writableBytes()));
            copy.writeBytes(one);
            one.limit(limit);
        }
        return copy;
    }

    /** Event loop, and possibly inside {@link #write}. */
    private void written(int bytes, AsyncResult<Void> result) {
        // What a close cut off says nothing of why: that is told by the close itself.
        if (result.failed() && writeProblem == null && !(result.cause() instanceof ClosedChannelException)) {
            writeProblem = "writing failed: " + result.cause().getMessage();
        }
        int left = unsent.addAndGet(-bytes);
        if (left <= MOST_UNSENT_BYTES / 2 && waiting.compareAndSet(true, false)) {
            party.run(() -> tell(Events::writable)); // never inside write, whose caller may hold a lock
        }
    }

    /** Event loop. */
    private void received(Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            for (ByteBuffer part : bytes.nioBuffers()) {
                tell(to -> to.received(part));
            }
        } finally {
            bytes.release();
        }
    }

    /** Event loop. */
    private void tell(Consumer<Events> event) {
        if (closed.get() || events == null) {
            return;
        }
        try {
            event.accept(events);
        } catch (ProtocolViolation e) {
            closeBecause("closed here: the other side sent " + e.getMessage());
        } catch (RuntimeException | Error e) { // also a lack of memory for one message: other connections go on
            closeBecause("closed here: a message could not be handled: " + e);
        }
    }

    @Override
    public void close() {
        closeBecause("closed here");
    }

    /** Completes when the socket is closed, after what was written to it, or has to be given up. */
    Future<Void> gone() {
        return gone.future();
    }

    boolean isClosed() {
        return closed.get();
    }

    private void closeBecause(String reason) {
        if (closed.compareAndSet(false, true)) {
            party.run(() -> {
                if (events != null) {
                    events.closed(reason);
                }
                leave();
            });
        }
    }

    /**
     * Event loop. What was written leaves, then this direction ends, and the other side ends the other one. To close the
     * socket at once would be rude: if the other side has written meanwhile, be it a ticket of its TLS, the kernel answers
     * with a reset, which throws away what is still on its way there.
     */
    private void leave() {
        if (gone.future().isComplete()) {
            return;
        }
        ChannelHandlerContext context = socket.channelHandlerContext();
        socket.writeMessage(Unpooled.EMPTY_BUFFER, flushed -> sayGoodbye(context));
        // It need not take what was written, nor leave.
        long timer = party.vertx().setTimer(TlsParty.LINGER_MILLIS, late -> {
            ChannelFuture _ = context.close();
        });
        gone.future().onComplete(over -> party.vertx().cancelTimer(timer));
    }

    /** Ends this direction, for TLS and for TCP. */
    private static void sayGoodbye(ChannelHandlerContext context) {
        SslHandler tls = context.pipeline().get(SslHandler.class);
        if (tls != null) { // else the socket was closed meanwhile
            ChannelFuture _ = tls.closeOutbound().addListener(said -> {
                ChannelFuture _ = ((DuplexChannel) context.channel()).shutdownOutput();
            });
        }
    }
}
