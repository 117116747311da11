/** How runners come into being: what a backend implements, and what it is given. */
@NullMarked
package dev.kiln.pool.spi;

import org.jspecify.annotations.NullMarked;
