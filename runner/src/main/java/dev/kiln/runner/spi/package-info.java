/** What a program may add to its runners; found by {@link java.util.ServiceLoader}. */
@NullMarked
package dev.kiln.runner.spi;

import org.jspecify.annotations.NullMarked;
