/** The one class name under which Arrow looks for its default allocator. */
@NullMarked
package org.apache.arrow.memory.unsafe;

import org.jspecify.annotations.NullMarked;
