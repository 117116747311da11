package dev.kiln.gc;

import org.jspecify.annotations.Nullable;

/** The simulator's resource: the truth that the protocol is measured against. */
final class Resource {
    final ResourceId id;
    /** Handles that the owner itself has on it. */
    int local;

    boolean freed;
    /** Where its data is now, too: until it is lost there this is an alias, which lives as long as somebody holds it. */
    @Nullable
    Resource movedTo;

    Resource(ResourceId id) {
        this.id = id;
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
