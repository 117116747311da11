package dev.kiln.examples;

import dev.kiln.frame.Frame;
import java.util.List;
import java.util.NoSuchElementException;

/** A lookup that fails. */
final class Airports {
    private Airports() {}

    /** Where an airport is. */
    record Place(double latitude, double longitude) {}

    /**
     * Where an airport is.
     *
     * @throws NoSuchElementException if there is none of this code
     */
    static Place locate(String iata, Frame airports) {
        List<Place> found = airports.filter("iata = ?", iata)
                .select("latitude", "longitude")
                .toRows(Place.class);
        if (found.isEmpty()) {
            throw new NoSuchElementException("there is no airport " + iata);
        }
        return found.getFirst();
    }
}
