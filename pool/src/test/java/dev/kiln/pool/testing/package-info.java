/**
 * What every backend must be able to do, as tests: {@link dev.kiln.pool.testing.BackendContract} is the one to read first. A
 * module with a backend depends on the artifact {@code kiln-pool} with the classifier {@code tests}, and has a subclass for
 * it.
 */
@NullMarked
package dev.kiln.pool.testing;

import org.jspecify.annotations.NullMarked;
