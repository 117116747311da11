/** Tests of what no single module can say: boundaries, real processes, the peers' scenarios. */
@NullMarked
package dev.kiln.system;

import org.jspecify.annotations.NullMarked;
