package dev.kiln.gc;

/** The simulator's resource: the truth that the protocol is measured against. */
final class SimResource {
    final ResourceId id;
    /** Handles that the owner itself has on it. */
    int local;

    boolean freed;

    SimResource(ResourceId id) {
        this.id = id;
    }
}
