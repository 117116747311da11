package dev.kiln.bench;

/** A measurement that prints its tables. */
interface Benchmark {

    /** Measures everything that is compared within this one run, in turns. */
    void run() throws Exception;
}
