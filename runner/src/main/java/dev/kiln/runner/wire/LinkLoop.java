package dev.kiln.runner.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * One daemon thread that reads all connections of a party over sockets and writes what their senders could not. It tells
 * their events, nothing else.
 */
public final class LinkLoop implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LinkLoop.class.getName());
    private static final int RECEIVE_BUFFER_BYTES = 256 * 1024;

    private final Selector selector;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean closing;

    /** Starts the loop's thread. */
    public LinkLoop(String threadName) {
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open a selector: " + e.getMessage(), e);
        }
        thread = Thread.ofPlatform().daemon().name(threadName).start(this::loop);
    }

    /**
     * Makes a carrier of a connected channel, which belongs to the loop from here on.
     *
     * @throws UncheckedIOException if the channel is closed
     * @throws ClosedSelectorException if the loop has ended; the channel is closed then, as after any failure
     */
    public void carry(SocketChannel channel, Carrier.Host host) {
        try {
            channel.configureBlocking(false);
            if (channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
                channel.setOption(
                        StandardSocketOptions.TCP_NODELAY, true); // chunks are put together before they are written
            }
            // Without interest until its carrier has somebody to tell, so that no event is lost.
            SelectionKey key = channel.register(selector, 0);
            var carrier = new SocketCarrier(channel, key, this);
            key.attach(carrier);
            carrier.begin(host.connected(carrier));
        } catch (IOException e) {
            closeQuietly(channel);
            throw new UncheckedIOException("cannot use the connection: " + e.getMessage(), e);
        } catch (RuntimeException e) { // the loop has ended, or the host refused
            closeQuietly(channel);
            throw e;
        }
    }

    /** Dials this address, for carriers of this loop. */
    public Carrier.Dialer dialer(SocketAddress address) {
        return host -> {
            try {
                carry(SocketChannel.open(address), host);
            } catch (UncheckedIOException e) {
                throw Objects.requireNonNull(e.getCause());
            }
        };
    }

    /** Accepts connections until the loop closes. The channel belongs to the loop. */
    public void accept(ServerSocketChannel server, Carrier.Host host) {
        try {
            server.configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT, host);
            wakeUp();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen: " + e.getMessage(), e);
        }
    }

    /** Runs a task on the loop's thread, soon; dropped when the loop has ended. */
    void run(Runnable task) {
        tasks.add(task);
        wakeUp();
    }

    void wakeUp() {
        if (!Thread.currentThread().equals(thread)) {
            selector.wakeup();
        }
    }

    void forget(SelectionKey key) {
        key.cancel();
        closeQuietly(key.channel());
        wakeUp(); // the selector lets go of a cancelled key at its next selection
    }

    /** Closes all connections and listening sockets and waits for the thread, unless called on it. Idempotent. */
    @Override
    public void close() {
        closing = true;
        selector.wakeup();
        if (!Thread.currentThread().equals(thread)) {
            Uninterrupted.await(thread::join); // the loop ends without waiting for anybody, so this wait is short
        }
    }

    private void loop() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(RECEIVE_BUFFER_BYTES);
        try (selector) {
            while (!closing) {
                runTasks();
                selector.select(key -> ready(key, buffer));
            }
            for (SelectionKey key : new ArrayList<>(selector.keys())) {
                if (key.attachment() instanceof SocketCarrier carrier) {
                    carrier.close();
                } else {
                    forget(key);
                }
            }
            runTasks();
        } catch (IOException | ClosedSelectorException e) {
            LOG.log(System.Logger.Level.ERROR, "the link loop " + thread.getName() + " ended", e);
        }
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "an event of " + thread.getName() + " failed", e);
            }
        }
    }

    private void ready(SelectionKey key, ByteBuffer buffer) {
        switch (key.attachment()) {
            case SocketCarrier carrier -> carrier.ready(buffer);
            case Carrier.Host host -> acceptAll((ServerSocketChannel) key.channel(), host);
            case null, default -> key.cancel();
        }
        runTasks();
    }

    private void acceptAll(ServerSocketChannel server, Carrier.Host host) {
        try {
            for (SocketChannel channel = server.accept(); channel != null; channel = server.accept()) {
                welcome(channel, host);
            }
        } catch (ClosedChannelException e) {
            // Closed by its owner: nobody is to be accepted any more.
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "a connection was not accepted: " + e.getMessage());
        }
    }

    private void welcome(SocketChannel channel, Carrier.Host host) {
        try {
            carry(channel, host);
        } catch (RuntimeException e) { // this one connection fails, not the loop
            closeQuietly(channel);
            LOG.log(System.Logger.Level.WARNING, "a connection was not accepted: " + e.getMessage());
        }
    }

    private static void closeQuietly(AutoCloseable channel) {
        try {
            channel.close();
        } catch (Exception e) {
            LOG.log(System.Logger.Level.DEBUG, "closing a channel failed", e);
        }
    }
}
