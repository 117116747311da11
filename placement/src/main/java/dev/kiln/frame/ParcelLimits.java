package dev.kiln.frame;

/**
 * What a received message may ask for before it is refused. The lengths of arrays and the sizes of collections are
 * always bounded by the bytes that are present, so they need no limit of their own.
 *
 * @param depth how deep objects may nest, at least 1. Default 2,000,000: a linked chain nests once per node
 * @param references how many objects, at least 1. Default 200,000,000
 * @param bytes how long the message may be, at least 1. Default as long as a Java array can be
 */
public record ParcelLimits(long depth, long references, long bytes) {

    private static final ParcelLimits DEFAULTS = new ParcelLimits(2_000_000, 200_000_000, Integer.MAX_VALUE);

    public ParcelLimits {
        atLeastOne("depth", depth);
        atLeastOne("references", references);
        atLeastOne("bytes", bytes);
    }

    private static void atLeastOne(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be >= 1, was " + value);
        }
    }

    /** The defaults named above. */
    public static ParcelLimits defaults() {
        return DEFAULTS;
    }
}
