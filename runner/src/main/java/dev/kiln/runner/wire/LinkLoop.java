package dev.kiln.runner.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/**
 * One daemon thread that reads all links of a party and writes what their senders could not. It decodes and tells its
 * listeners, nothing else.
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
     * Makes a link of a connected channel, which belongs to the loop from here on.
     *
     * @throws UncheckedIOException if the channel is closed
     * @throws ClosedSelectorException if the loop has ended; the channel is closed then, as after any failure
     */
    public SocketLink link(SocketChannel channel, Link.Listener listener) {
        try {
            channel.configureBlocking(false);
            // Without interest until its link is attached, so that no event meets a bare key.
            SelectionKey key = channel.register(selector, 0);
            var link = new SocketLink(channel, key, this, listener);
            key.attach(link);
            listener.opened(link);
            key.interestOpsOr(SelectionKey.OP_READ); // added: what was sent meanwhile may wait for OP_WRITE
            wakeUp();
            return link;
        } catch (IOException e) {
            closeQuietly(channel);
            throw new UncheckedIOException("cannot use the connection: " + e.getMessage(), e);
        } catch (RuntimeException e) { // the loop has ended, or the listener failed
            closeQuietly(channel);
            throw e;
        }
    }

    /** Accepts connections until the loop closes; each gets a listener of its own. The channel belongs to the loop. */
    public void accept(ServerSocketChannel server, Supplier<Link.Listener> listeners) {
        try {
            server.configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT, listeners);
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

    /** Closes all links and listening sockets and waits for the thread, unless called on it. Idempotent. */
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
                if (key.attachment() instanceof SocketLink link) {
                    link.close();
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
                LOG.log(System.Logger.Level.ERROR, "a listener of " + thread.getName() + " failed", e);
            }
        }
    }

    private void ready(SelectionKey key, ByteBuffer buffer) {
        switch (key.attachment()) {
            case SocketLink link -> link.ready(buffer);
            case Supplier<?> listeners -> acceptAll((ServerSocketChannel) key.channel(), listeners);
            case null, default -> key.cancel();
        }
        runTasks();
    }

    private void acceptAll(ServerSocketChannel server, Supplier<?> listeners) {
        try {
            for (SocketChannel channel = server.accept(); channel != null; channel = server.accept()) {
                welcome(channel, listeners);
            }
        } catch (ClosedChannelException e) {
            // Closed by its owner: nobody is to be accepted any more.
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "a connection was not accepted: " + e.getMessage());
        }
    }

    private void welcome(SocketChannel channel, Supplier<?> listeners) {
        try {
            link(channel, (Link.Listener) listeners.get());
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
