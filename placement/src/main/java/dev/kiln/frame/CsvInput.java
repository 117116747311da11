package dev.kiln.frame;

import static java.util.stream.Collectors.joining;

import java.util.stream.IntStream;
import org.apache.arrow.vector.types.pojo.Field;

/**
 * Comma separated values, read by the engine, which is kept from guessing what it would then leave out without a word: comments, which
 * are data that begins with a {@code #}, and lines before the header, which are all those before one with too many values.
 */
final class CsvInput {
    private static final String OPTIONS = ", header = true, skip = 0, comment = '', hive_partitioning = false";

    private CsvInput() {}

    /**
     * Reads files. The caller has the table's one reference.
     *
     * @param files their name or pattern, as a literal
     * @throws QueryFailed if lines have different numbers of values; the message has the first such line
     */
    static Table read(String files) {
        Table table = read(files, "");
        Field first = table.schema().getFields().getFirst();
        if (table.schema().getFields().size() > 1 || !first.getName().contains(",")) {
            return table;
        }
        // Lines that differ are one column of whole lines for it; a name in quotes may have a comma, too.
        table.release();
        try {
            return read(files, ", delim = ','");
        } catch (QueryFailed unclear) {
            throw withLine(files, first.getName(), unclear);
        }
    }

    private static Table read(String files, String more) {
        return Engine.read("readCsv", "from read_csv(" + files + OPTIONS + more + ")");
    }

    /** Told what the columns are the engine says which line has others. */
    private static QueryFailed withLine(String files, String header, QueryFailed unclear) {
        int columns = header.split(",", -1).length;
        String types = IntStream.range(0, columns)
                .mapToObj(column -> "'c" + column + "': 'varchar'")
                .collect(joining(", ", "{", "}"));
        try {
            read(files, ", delim = ',', auto_detect = false, columns = " + types)
                    .release();
            return unclear;
        } catch (QueryFailed clear) {
            return clear;
        }
    }
}
