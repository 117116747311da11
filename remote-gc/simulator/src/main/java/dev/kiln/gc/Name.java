package dev.kiln.gc;

import java.util.ArrayList;
import java.util.List;

/** A program's handle: on one resource, or on several that hold the same data. Told apart by identity. */
final class Name {
    final List<Resource> copies;

    Name(List<Resource> copies) {
        this.copies = new ArrayList<>(copies);
    }

    @Override
    public String toString() {
        return copies.size() == 1 ? copies.getFirst().toString() : copies.toString();
    }
}
