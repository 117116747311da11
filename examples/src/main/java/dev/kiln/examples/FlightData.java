package dev.kiln.examples;

import dev.kiln.frame.Frame;
import java.nio.file.Path;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What one call returns. Read on a runner, its frames stay there: the caller gets the same structure with handles in
 * their places.
 *
 * @param pid the process that read it
 * @param rows the number of flights
 * @param all the flights: date, delay (minutes), distance (miles), origin, destination
 * @param airports iata, name, city, state, country, latitude, longitude
 * @param byMonth by month as {@code 2001-01}: the flights that were on time (at most 15 minutes late), then the others
 * @param halfDayLate the flights that were 12 hours late or more, if there are any
 * @param byDistance the flights below 500 miles, below 1,500, and the others
 * @param byHour the number of flights by hour of the day: plain values, which come along
 */
@SuppressWarnings("ArrayRecordComponent") // to show that frames are found in arrays too; nobody compares these
record FlightData(
        long pid,
        long rows,
        Frame all,
        Frame airports,
        Map<String, List<Frame>> byMonth,
        Optional<Frame> halfDayLate,
        Frame[] byDistance,
        int[] byHour) {

    /** A month in which there were flights. */
    record Month(long year, long month) {}

    /** An hour of the day, 0 to 23. */
    record Hour(long hour, long flights) {}

    /** Reads both files, in whatever process this is called. */
    static FlightData read(Path flights, Path airports) {
        Frame all = Frame.readParquet(flights);
        Frame halfDayLate = all.filter("delay >= ?", 12 * 60);
        Frame[] byDistance = {
            all.filter("distance < 500"),
            all.filter("distance >= 500 and distance < 1500"),
            all.filter("distance >= 1500")
        };
        return new FlightData(
                ProcessHandle.current().pid(),
                all.rowCount(),
                all,
                Frame.readCsv(airports),
                byMonth(all),
                halfDayLate.rowCount() == 0 ? Optional.empty() : Optional.of(halfDayLate),
                byDistance,
                byHour(all));
    }

    private static Map<String, List<Frame>> byMonth(Frame all) {
        Map<String, List<Frame>> months = new TreeMap<>();
        Frame found = all.sql("select distinct year(date) as year, month(date) as month from this");
        for (Month one : found.toRows(Month.class)) {
            YearMonth month = YearMonth.of((int) one.year, (int) one.month);
            Frame flights = all.filter(
                    "date >= ? and date < ?",
                    month.atDay(1),
                    month.plusMonths(1).atDay(1));
            months.put(month.toString(), List.of(flights.filter("delay <= 15"), flights.filter("delay > 15")));
        }
        return months;
    }

    private static int[] byHour(Frame all) {
        int[] flights = new int[24];
        Frame counted = all.mutate("hour = hour(date)").groupBy("hour").summarise("flights = count(*)");
        counted.toRows(Hour.class).forEach(one -> flights[(int) one.hour] = (int) one.flights);
        return flights;
    }
}
