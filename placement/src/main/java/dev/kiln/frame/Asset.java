package dev.kiln.frame;

import java.io.Serializable;

/**
 * What one process may hold of another: the data of a frame, or a value that stays.
 *
 * <p>Reference counted: whoever makes an asset has its first reference, every further holder takes one of its own, and
 * the last release frees it. Serializable only so that what holds assets may be; the codec puts another object in the
 * place of each, and an asset that meets a plain {@code ObjectOutputStream} refuses with advice. Any thread.
 */
sealed interface Asset extends Serializable permits Leaf, ResidentValue {

    /**
     * Takes one more reference.
     *
     * @throws IllegalStateException if the last reference has been released
     */
    void retain();

    /**
     * Gives one reference back; the last one frees the asset.
     *
     * @throws IllegalStateException if the last reference has been released before
     */
    void release();
}
