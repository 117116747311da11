/** What all of Kiln shares: the root of its failures. */
@NullMarked
package dev.kiln;

import org.jspecify.annotations.NullMarked;
