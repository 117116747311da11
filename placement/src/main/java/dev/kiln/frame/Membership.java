package dev.kiln.frame;

import dev.kiln.frame.spi.Scope;
import org.jspecify.annotations.Nullable;

/**
 * To which scope a handle belongs, and whether and why the handle has ended: both change together. Any thread; it is its own
 * lock, under which nothing else is called.
 */
final class Membership {
    private @Nullable Scope scope;
    private @Nullable String ended;

    /**
     * The handle joins the scope that is bound, or that of the operand.
     *
     * @param operand the first of those that the handle comes of, null for none
     * @throws RuntimeException if the scope takes no more; the handle has been ended
     */
    void join(Scope.Member self, @Nullable Membership operand) {
        Scope bound = Scope.bound();
        Scope joined = bound != null || operand == null ? bound : operand.scope();
        if (joined != null) {
            moved(joined); // before it is known there, since it may be moved on or ended from then on
            try {
                joined.joined(self);
            } catch (RuntimeException | Error e) {
                self.end("was refused by its batch");
                throw e;
            }
        }
    }

    synchronized @Nullable Scope scope() {
        return scope;
    }

    /** Whether it leaves the scope of whoever it is sent to. */
    boolean isKept() {
        Scope now = scope();
        return now != null && now.keeps();
    }

    synchronized void moved(@Nullable Scope to) {
        scope = to;
    }

    /** @throws IllegalStateException if the handle has ended, with the reason */
    synchronized void check(String what) {
        if (ended != null) {
            throw new IllegalStateException(what + " " + ended);
        }
    }

    synchronized boolean isEnded() {
        return ended != null;
    }

    /** The handle ends; whether this was the first to say so. */
    synchronized boolean end(String why) {
        if (ended != null) {
            return false;
        }
        ended = why;
        return true;
    }

    /** The scope, if there is one, forgets the handle, which has ended: the scope it was in then is the last. */
    void leave(Scope.Member self) {
        Scope last = scope();
        if (last != null) {
            last.left(self); // off this lock, which the scope takes under its own
        }
    }
}
