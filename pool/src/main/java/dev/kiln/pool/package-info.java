/** Pools of runners, from the caller's side. Begin with {@link dev.kiln.pool.Pool}. */
@NullMarked
package dev.kiln.pool;

import org.jspecify.annotations.NullMarked;
