/** What a program, or a room above, may add to runners; found by {@link java.util.ServiceLoader}. */
@NullMarked
package dev.kiln.runner.spi;

import org.jspecify.annotations.NullMarked;
