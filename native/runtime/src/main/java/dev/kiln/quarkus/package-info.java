/** Kiln in a Quarkus application. */
@NullMarked
package dev.kiln.quarkus;

import org.jspecify.annotations.NullMarked;
