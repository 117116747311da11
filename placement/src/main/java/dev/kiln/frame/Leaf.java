package dev.kiln.frame;

import java.io.Serializable;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Where a plan ends: data that exists, in this process ({@link Table}) or in another one ({@link RemoteTable}).
 *
 * <p>Reference counted: whoever makes a leaf has its first reference, every further holder takes one of its own, and
 * the last release frees the data. Serializable only so that plans may hold leaves; the codec puts another object in
 * the place of each, and a leaf that meets a plain {@code ObjectOutputStream} refuses with advice. Any thread.
 */
sealed interface Leaf extends Serializable permits Table, RemoteTable {

    /** The names and types of the columns. */
    Schema schema();

    /** The number of rows, at least 0. */
    long rows();

    /** The size of the data in bytes, at least 0: what is really used, without rounding of allocations. */
    long bytes();

    /**
     * Takes one more reference.
     *
     * @throws IllegalStateException if the last reference has been released
     */
    void retain();

    /**
     * Gives one reference back; the last one frees the data.
     *
     * @throws IllegalStateException if the last reference has been released before
     */
    void release();
}
