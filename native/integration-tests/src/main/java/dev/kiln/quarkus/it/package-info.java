/** A small application with the extension installed. */
@NullMarked
package dev.kiln.quarkus.it;

import org.jspecify.annotations.NullMarked;
