package dev.kiln.runner.wire;

import io.netty.handler.ssl.NotSslRecordException;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CompletionException;

/**
 * Listens for TCP connections of those who hold the same {@link TlsKeys}. Others are refused during the handshake, with at
 * most a line a second in the log; so is who does not finish it within 20 s.
 */
public final class TlsServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(TlsServer.class.getName());
    private static final int LONGEST_REASON = 200;

    private final TlsParty party;
    private final InetSocketAddress address;

    private TlsServer(TlsParty party, InetSocketAddress address) {
        this.party = party;
        this.address = address;
    }

    /**
     * Listens from the return on.
     *
     * @param at port 0 for any that is free
     * @param host gets the connections after their handshake, on the server's thread
     * @throws IOException if the address cannot be had
     */
    public static TlsServer listen(String threadName, TlsKeys keys, InetSocketAddress at, Carrier.Host host)
            throws IOException {
        return listen(threadName, keys, at, TlsParty.HANDSHAKE_SECONDS, host);
    }

    static TlsServer listen(
            String threadName, TlsKeys keys, InetSocketAddress at, int handshakeSeconds, Carrier.Host host)
            throws IOException {
        var party = new TlsParty(threadName);
        try {
            return new TlsServer(party, listen(party, keys, at, handshakeSeconds, host));
        } catch (IOException e) {
            party.close();
            throw e;
        }
    }

    /** Listens for a party until that is closed. @return where */
    static InetSocketAddress listen(
            TlsParty party, TlsKeys keys, InetSocketAddress at, int handshakeSeconds, Carrier.Host host)
            throws IOException {
        if (at.isUnresolved()) {
            throw new IOException("cannot listen at " + at.getHostString() + ": there is no such host");
        }
        var options = new NetServerOptions().setClientAuth(ClientAuth.REQUIRED);
        TlsParty.secure(options, keys, handshakeSeconds);
        NetServer server = party.vertx()
                .createNetServer(options)
                .exceptionHandler(new Refusals()::add)
                .connectHandler(socket -> party.begin(socket, host));
        String name = at.getAddress().getHostAddress();
        try {
            server.listen(at.getPort(), name)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
            return new InetSocketAddress(at.getAddress(), server.actualPort());
        } catch (CompletionException e) {
            throw new IOException("cannot listen at " + name + ":" + at.getPort() + ": " + e.getCause(), e);
        }
    }

    /** Those who fail the handshake: a line in the log, but not for each of a flood. Event loop. */
    private static final class Refusals {
        private static final long QUIET_NANOS = 1_000_000_000;
        private long saidNanos = System.nanoTime() - QUIET_NANOS;
        private int unsaid;

        void add(Throwable cause) {
            long now = System.nanoTime();
            if (cause instanceof ClosedChannelException) {
                return; // who connects and leaves again, as health checks do
            }
            if (now - saidNanos < QUIET_NANOS) {
                unsaid++;
                return;
            }
            String why = cause instanceof NotSslRecordException ? "it does not speak TLS" : cause.toString();
            String brief = why.substring(0, Math.min(why.length(), LONGEST_REASON));
            LOG.log(
                    System.Logger.Level.WARNING,
                    "a connection was refused" + (unsaid == 0 ? "" : ", after " + unsaid + " others") + ": " + brief);
            saidNanos = now;
            unsaid = 0;
        }
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return address;
    }

    /** Stops listening, closes all connections and ends the threads; waits for that, unless called on the server's thread. */
    @Override
    public void close() {
        party.close();
    }
}
