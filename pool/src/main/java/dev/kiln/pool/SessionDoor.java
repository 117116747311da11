package dev.kiln.pool;

import dev.kiln.frame.spi.ProcessFolders;
import dev.kiln.runner.wire.Message.BatchEnd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Where other processes come in that were told a pool's session: a socket in a folder that nobody but this user may enter. Who
 * comes has a virtual thread until it is answered. Any thread.
 */
final class SessionDoor implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Pool.class.getName());
    private static final String SOCKET = "session";
    private static final int MOST_VISITORS = 64;
    private static final long PATIENCE_MILLIS = 1_000;
    private static final long AGAIN_NANOS = 50_000_000;

    private final Path folder;
    private final ServerSocketChannel server;
    private final Semaphore room = new Semaphore(MOST_VISITORS);
    private final Queue<SocketChannel> visitors = new ConcurrentLinkedQueue<>();

    private SessionDoor(Path folder, ServerSocketChannel server) {
        this.folder = folder;
        this.server = server;
    }

    /** @throws UncheckedIOException if there is no place for a socket */
    static SessionDoor open(String pool) {
        try {
            Path folder = ProcessFolders.forSocket(SOCKET);
            var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                server.bind(SessionWire.address(folder.resolve(SOCKET).toString()));
            } catch (IOException e) {
                server.close();
                ProcessFolders.remove(folder);
                throw e;
            }
            var door = new SessionDoor(folder, server);
            Thread.ofVirtual().name("kiln-session-" + pool).start(door::accept);
            return door;
        } catch (IOException e) {
            throw new UncheckedIOException("the session of pool " + pool + " cannot be opened: " + e.getMessage(), e);
        }
    }

    /** What a {@link PoolSession} is made of. */
    String address() {
        return folder.resolve(SOCKET).toString();
    }

    private void accept() {
        while (server.isOpen()) {
            if (makeRoom()) {
                welcome();
            }
        }
    }

    /** Who finds it full waits in the socket's queue, until one leaves or the one that has been inside longest is turned out. */
    private boolean makeRoom() {
        try {
            if (room.tryAcquire(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                return true;
            }
        } catch (InterruptedException e) {
            throw new AssertionError("nobody has this thread", e);
        }
        SocketChannel eldest = visitors.peek();
        if (eldest != null) {
            leave(eldest);
        }
        return false;
    }

    private void welcome() {
        try {
            SocketChannel visitor = server.accept();
            visitors.add(visitor);
            if (server.isOpen()) { // added first: either close() sees the visitor, or this the close
                Thread.ofVirtual().name("kiln-session-visitor").start(() -> answer(visitor));
            } else {
                leave(visitor);
            }
        } catch (IOException e) {
            room.release();
            LOG.log(System.Logger.Level.DEBUG, "a session ends, or has no room for who came", e);
            LockSupport.parkNanos(AGAIN_NANOS);
        }
    }

    private void answer(SocketChannel visitor) {
        try {
            String problem = "";
            List<BatchStatus> batches = List.of();
            try {
                batches = grant(SessionWire.readWish(visitor));
            } catch (IOException | RuntimeException e) {
                problem = String.valueOf(e.getMessage());
            }
            SessionWire.writeAnswer(visitor, problem, batches);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "who asked a session something did not wait for the answer", e);
        } finally {
            leave(visitor);
        }
    }

    private static List<BatchStatus> grant(SessionWire.Wish wish) {
        if (wish.batch().isEmpty()) {
            return BatchBook.HERE.open().stream().map(Batch::status).toList();
        }
        Optional<HomeBatch> found = BatchBook.HERE.find(wish.batch());
        BatchEnd end = wish.end();
        if (end != null) {
            found.ifPresent(batch -> batch.end(end));
        }
        return found.map(Batch::status).stream().toList();
    }

    private void leave(SocketChannel visitor) {
        if (visitors.remove(visitor)) { // once, whoever says it first
            room.release();
        }
        try {
            visitor.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a connection was not closed", e);
        }
    }

    /** Who is inside is turned out. Idempotent. */
    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a socket was not closed", e);
        }
        new ArrayList<>(visitors).forEach(this::leave);
        ProcessFolders.remove(folder);
    }
}
