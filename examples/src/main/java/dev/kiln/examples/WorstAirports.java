package dev.kiln.examples;

import dev.kiln.frame.Frame;
import dev.kiln.frame.JoinType;

/** From where does one start late? */
public final class WorstAirports {
    private WorstAirports() {}

    /**
     * The ten airports with the highest mean delay, worst first.
     *
     * @param flights with the columns origin and delay (minutes; negative where a flight was early)
     * @param airports with the columns iata, name, city and state
     * @return origin, name, city, state, flights and mean_delay (minutes); lazy, where the flights are
     */
    public static Frame of(Frame flights, Frame airports) {
        return flights.groupBy("origin")
                .summarise("flights = count(*)", "mean_delay = avg(delay)")
                .sort("-mean_delay")
                .head(10)
                .join(airports, JoinType.LEFT, "origin = iata")
                .select("origin", "name", "city", "state", "flights", "mean_delay")
                .sort("-mean_delay"); // a join keeps no order
    }
}
