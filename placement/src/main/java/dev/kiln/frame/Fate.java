package dev.kiln.frame;

import dev.kiln.KilnException;
import org.jspecify.annotations.Nullable;

/** Whether a party, and with it all its data, is gone; shared by every handle on its data. Any thread. */
final class Fate {

    private volatile @Nullable KilnException cause;

    Fate() {}

    Fate(KilnException cause) {
        this.cause = cause;
    }

    /** The first cause stays. */
    void gone(KilnException why) {
        if (cause == null) {
            cause = why;
        }
    }

    /** Why it is gone; null while it is not. */
    @Nullable
    KilnException cause() {
        return cause;
    }
}
