package dev.kiln.bench;

import java.util.List;

/** A measurement that prints its tables. */
interface Benchmark {

    /** Measures everything that is compared within this one run, in turns. */
    void run() throws Exception;

    /** What it is compared with may need options of the JVM; Kiln needs none. */
    default List<String> jvmOptions() {
        return List.of();
    }
}
