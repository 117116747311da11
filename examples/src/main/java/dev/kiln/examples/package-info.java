/** The programs of the README. */
@NullMarked
package dev.kiln.examples;

import org.jspecify.annotations.NullMarked;
