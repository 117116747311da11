package dev.kiln.frame;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A value that stays in this process. When its last reference is gone, a value that can be closed is closed: on a thread of
 * its own, because that is code of the user's, and the last reference may be released by a link's thread. Any thread.
 */
final class LocalValue implements ResidentValue {

    private static final long serialVersionUID = 1L;
    private static final System.Logger LOG = System.getLogger(LocalValue.class.getName());

    private final transient Object value;
    private final transient long number = Upkeep.number();
    private final transient References references = new References();
    private final transient AtomicBoolean ending = new AtomicBoolean();
    private final transient CountDownLatch ended = new CountDownLatch(1);

    LocalValue(Object value) {
        this.value = value;
    }

    Object value() {
        return value;
    }

    @Override
    public String owner() {
        return "local";
    }

    @Override
    public String id() {
        return owner() + "/" + number;
    }

    @Override
    public String type() {
        return value.getClass().getName();
    }

    @Override
    public void retain() {
        if (!references.tryRetain()) {
            throw new IllegalStateException(this + " was used after its last reference had been released");
        }
    }

    @Override
    public void release() {
        if (references.release()) {
            end();
        }
    }

    /** Ends it whoever refers to it: its process, or the part of the process that it belongs to, ends. Idempotent. */
    void end() {
        if (!ending.compareAndSet(false, true)) {
            return;
        }
        if (value instanceof AutoCloseable closeable) {
            Thread.ofVirtual().name("kiln-resident-" + number).start(() -> close(closeable));
        } else {
            ended.countDown();
        }
    }

    private void close(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception | Error e) { // nobody is left who could be told
            LOG.log(System.Logger.Level.WARNING, "closing " + this + ", which nobody holds any more, failed", e);
        } finally {
            ended.countDown();
        }
    }

    /** Whether it has ended, its close() included. */
    boolean hasEnded() {
        return ended.getCount() == 0;
    }

    /** Whether its close() runs. */
    boolean isEnding() {
        return ending.get() && !hasEnded();
    }

    /** Waits until it has ended; false if that did not come within this time. */
    boolean awaitEnd(Duration atMost) throws InterruptedException {
        return ended.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public String toString() {
        return "resident " + id() + " (" + type() + ")";
    }

    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException(Resident.OUTSIDE);
    }
}
