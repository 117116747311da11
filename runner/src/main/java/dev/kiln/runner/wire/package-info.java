/**
 * The link between a caller and a runner: messages, their bytes, and the transports that carry them. Begin with
 * {@link dev.kiln.runner.wire.Message}, then {@link dev.kiln.runner.wire.Link}.
 */
@NullMarked
package dev.kiln.runner.wire;

import org.jspecify.annotations.NullMarked;
