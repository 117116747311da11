package dev.kiln.runner.wire;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.TCPSSLOptions;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** One party's TLS connections: a Vert.x of its own with one event loop, on which all their events are told. */
final class TlsParty implements AutoCloseable {
    /** Long enough for a process that has just begun, among others, on a busy machine. */
    static final int HANDSHAKE_SECONDS = 20;

    /** How long a connection that was closed may take to send what was written to it before. */
    static final long LINGER_MILLIS = 1_000;

    private static final int PEM_LINE = 64;

    private final Vertx vertx;
    private final Context context;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final Set<TlsCarrier> carriers = new HashSet<>(); // event loop only

    /** Starts the event loop, a daemon thread of that name. */
    TlsParty(String threadName) {
        vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setInternalBlockingPoolSize(1) // reads the keys
                .setWorkerPoolSize(1) // has no work, hence no thread
                .setUseDaemonThread(true)
                .setDisableTCCL(true)
                // It would log a stack of ours whenever the machine, or the first handshake of a process, is slow.
                .setBlockedThreadCheckInterval(1)
                .setBlockedThreadCheckIntervalUnit(TimeUnit.DAYS)
                .setMaxEventLoopExecuteTime(1)
                .setMaxEventLoopExecuteTimeUnit(TimeUnit.DAYS)
                // Neither files nor the class path are served: else there would be a folder for them in java.io.tmpdir.
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        context = vertx.getOrCreateContext();
        context.runOnContext(started -> Thread.currentThread().setName(threadName));
    }

    Vertx vertx() {
        return vertx;
    }

    /** Runs a task on the event loop, soon. */
    void run(Runnable task) {
        context.runOnContext(nothing -> task.run());
    }

    /** Event loop, in the handler that got the socket, so that no event of it is missed. @return whether the host took it */
    boolean begin(NetSocket socket, Carrier.Host host) {
        if (closing.get()) {
            socket.close();
            return false;
        }
        var carrier = new TlsCarrier(socket, this);
        carriers.add(carrier);
        return carrier.begin(host);
    }

    /** Event loop: nothing of it is left. */
    void forget(TlsCarrier carrier) {
        carriers.remove(carrier);
    }

    /** TLS 1.3 only, with these keys as the own ones and as the only ones that are trusted. */
    static void secure(TCPSSLOptions options, TlsKeys keys, int handshakeSeconds) {
        Buffer certificate = pem("CERTIFICATE", keys.certificate());
        options.setSsl(true)
                .setKeyCertOptions(new PemKeyCertOptions()
                        .addKeyValue(pem("PRIVATE KEY", keys.privateKey()))
                        .addCertValue(certificate))
                .setTrustOptions(new PemTrustOptions().addCertValue(certificate))
                .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                .setSslHandshakeTimeout(handshakeSeconds)
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
                .setTcpNoDelay(true);
    }

    private static Buffer pem(String what, byte[] der) {
        String text = Base64.getMimeEncoder(PEM_LINE, new byte[] {'\n'}).encodeToString(der);
        return Buffer.buffer("-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n");
    }

    /** Waits until what was written to connections before they were closed has left, or a second is over. Not on the loop. */
    void drain() {
        var done = new CompletableFuture<Void>();
        try {
            run(() -> Future.join(carriers.stream()
                            .filter(TlsCarrier::isClosed)
                            .map(TlsCarrier::gone)
                            .toList())
                    .onComplete(over -> done.complete(null)));
            done.completeOnTimeout(null, LINGER_MILLIS, TimeUnit.MILLISECONDS).join();
        } catch (RejectedExecutionException e) {
            // Closed, and drained then.
        }
    }

    /**
     * Closes all connections and ends the threads. What was written to them leaves before, if the other sides take it within a
     * second. Waits for that, unless called on the event loop. Idempotent.
     */
    @Override
    public void close() {
        if (closing.compareAndSet(false, true)) {
            run(
                    () -> { // on the loop, as begin is: whoever comes after this is refused there
                        var all = List.copyOf(carriers);
                        all.forEach(TlsCarrier::close);
                        long patience = vertx.setTimer(LINGER_MILLIS, late -> stop());
                        Future.join(all.stream().map(TlsCarrier::gone).toList()).onComplete(over -> {
                            if (vertx.cancelTimer(patience)) {
                                stop();
                            }
                        });
                    });
        }
        Context here = Vertx.currentContext();
        if (here == null || !here.owner().equals(vertx)) {
            closed.join(); // it is short, and not cut shorter by an interrupt
        }
    }

    private void stop() {
        vertx.close().onComplete(over -> closed.complete(null));
    }
}
