/** The build steps of the Kiln Quarkus extension. */
@NullMarked
package dev.kiln.quarkus.deployment;

import org.jspecify.annotations.NullMarked;
