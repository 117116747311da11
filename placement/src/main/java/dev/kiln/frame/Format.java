package dev.kiln.frame;

/** File formats that frames are read from and written to. */
enum Format {
    /** Comma separated values, one header line, a null is an empty field. */
    CSV,
    /** Apache Parquet. */
    PARQUET,
    /** Arrow IPC file format (Feather version 2), uncompressed. */
    ARROW
}
