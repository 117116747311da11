/** Kiln's benchmarks. */
@NullMarked
package dev.kiln.bench;

import org.jspecify.annotations.NullMarked;
