package dev.kiln.frame;

import org.apache.arrow.vector.types.pojo.Schema;

/** Where a plan ends: data that exists, in this process ({@link Table}) or in another one ({@link RemoteTable}). */
sealed interface Leaf extends Asset permits Table, RemoteTable {

    /** The names and types of the columns. */
    Schema schema();

    /** The number of rows, at least 0. */
    long rows();

    /** The size of the data in bytes, at least 0: what is really used, without rounding of allocations. */
    long bytes();
}
