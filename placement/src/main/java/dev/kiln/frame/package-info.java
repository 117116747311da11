/** Frames: where they live, how they travel, what can be asked of them. */
@NullMarked
package dev.kiln.frame;

import org.jspecify.annotations.NullMarked;
