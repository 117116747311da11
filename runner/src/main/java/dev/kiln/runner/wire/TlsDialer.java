package dev.kiln.runner.wire;

import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Dials {@link TlsServer}s that hold the same {@link TlsKeys}, and may listen like one. */
public final class TlsDialer implements Carrier.Dialer, AutoCloseable {
    private static final int CONNECT_MILLIS = 10_000;
    private static final int PATIENCE_SECONDS = 40; // longer than connecting and the handshake may take

    private final TlsParty party;
    private final TlsKeys keys;
    private final NetClient client;
    private final InetSocketAddress to;
    private volatile @Nullable String localHost;

    /** @param to resolved again for each call, if it has a name: pods and machines move */
    public TlsDialer(String threadName, TlsKeys keys, InetSocketAddress to) {
        this.to = to;
        this.keys = keys;
        party = new TlsParty(threadName);
        // The certificate says who it is, and one that is valid for no other needs no host name.
        var options =
                new NetClientOptions().setHostnameVerificationAlgorithm("").setConnectTimeout(CONNECT_MILLIS);
        TlsParty.secure(options, keys, TlsParty.HANDSHAKE_SECONDS);
        client = party.vertx().createNetClient(options);
    }

    /** {@inheritDoc} Interrupting it does not cut it short. */
    @Override
    public void dial(Carrier.Host host) throws IOException {
        dial(to, host);
    }

    /** Dials another place where the same keys are held, for connections on the same thread. */
    public Carrier.Dialer dialer(InetSocketAddress other) {
        return host -> dial(other, host);
    }

    /**
     * Listens with the same keys, for connections on the same thread, until this is closed.
     *
     * @param at port 0 for any that is free
     * @return where it listens
     * @throws IOException if the address cannot be had
     */
    public InetSocketAddress listen(InetSocketAddress at, Carrier.Host host) throws IOException {
        return TlsServer.listen(party, keys, at, TlsParty.HANDSHAKE_SECONDS, host);
    }

    /** The address of this machine from which was dialled first, an IP address; null before that. */
    public @Nullable String localHost() {
        return localHost;
    }

    private void dial(InetSocketAddress place, Carrier.Host host) throws IOException {
        String name = place.getHostString() + ":" + place.getPort();
        // Vert.x' own resolver would load a DNS client, and know nothing of /etc/nsswitch.conf.
        String address = InetAddress.getByName(place.getHostString()).getHostAddress();
        var connected = new CompletableFuture<Boolean>().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS);
        try {
            party.run(() -> client.connect(place.getPort(), address).onComplete(result -> {
                if (result.failed()) {
                    connected.completeExceptionally(result.cause());
                } else if (connected.isDone()) {
                    result.result().close(); // nobody waits for it any more
                } else {
                    begin(result.result(), host, connected);
                }
            }));
            if (!connected.join()) {
                throw new IOException("the connection to " + name + " was refused here");
            }
        } catch (CompletionException e) {
            @Nullable Throwable cause = e.getCause();
            // A failed handshake is in a wrapper that says no more than that.
            @Nullable Throwable inner = cause == null ? null : cause.getCause();
            throw new IOException("cannot connect to " + name + ": " + (inner == null ? cause : inner), cause);
        } catch (RejectedExecutionException e) {
            throw new IOException("cannot connect to " + name + ": this dialer is closed", e);
        }
    }

    /** Event loop. */
    private void begin(NetSocket socket, Carrier.Host host, CompletableFuture<Boolean> connected) {
        try {
            localHost = localHost == null ? socket.localAddress().hostAddress() : localHost; // event loop only
            connected.complete(party.begin(socket, host));
        } catch (RuntimeException | Error e) { // else nobody would learn of it
            socket.close();
            connected.completeExceptionally(e);
        }
    }

    /** Waits until what was written to connections before they were closed has left, a second at most. */
    public void drain() {
        party.drain();
    }

    /** Closes all connections and ends the threads, as {@link TlsServer#close}. */
    @Override
    public void close() {
        party.close();
    }
}
