/** What the rooms above supply to a frame space: the way to its peers, and replacements for their own types. */
@NullMarked
package dev.kiln.frame.spi;

import org.jspecify.annotations.NullMarked;
