package dev.kiln.frame;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.List;

/** Writes the verbs that make other rows. */
final class ReshapeWriter {
    private final QueryWriter out;
    private final List<String> columns;

    /** @param columns those that are wanted; none where the rows are only counted */
    ReshapeWriter(QueryWriter out, List<String> columns) {
        this.out = out;
        this.columns = columns;
    }

    void write(Reshape step) {
        switch (step) {
            case Reshape.Sample sample -> sample(sample);
            case Reshape.PivotLonger longer -> longer(longer);
            case Reshape.PivotWider wider -> wider(wider);
            case Reshape.Describe describe -> describe(describe);
        }
    }

    /** The rows with the smallest hashes of position and seed: independent of the number of threads, unlike the engine's. */
    private void sample(Reshape.Sample step) {
        String number = Names.quote(QueryWriter.free("row", columns));
        out.append(QueryWriter.select(columns)).append(" from (select * from (");
        out.from(QueryWriter.select(columns) + ", row_number() over () as " + number, step.input(), columns);
        out.append(
                ") order by hash(" + number + ", " + step.seed() + "::bigint), " + number + " limit " + step.length());
        out.append(") order by " + number);
    }

    private void longer(Reshape.PivotLonger step) {
        List<String> read = new ArrayList<>(
                columns.stream().filter(step.input().names()::contains).toList());
        String names = step.columns().stream().map(SqlText::literal).collect(joining(", ", "unnest([", "])"));
        List<String> list = new ArrayList<>();
        for (String column : columns) {
            if (column.equals(step.valuesTo())) {
                list.add("unnest([" + QueryWriter.list(step.columns()) + "]) as " + Names.quote(column));
                read = QueryWriter.plus(read, step.columns());
            } else {
                list.add((column.equals(step.namesTo()) ? names + " as " : "") + Names.quote(column));
            }
        }
        String number = Names.quote(QueryWriter.free("number", columns));
        boolean multiplied = columns.contains(step.namesTo()) || columns.contains(step.valuesTo());
        if (!multiplied) {
            list.add(names + " as " + number);
            out.append(QueryWriter.select(columns)).append(" from (");
        }
        out.from(list.stream().collect(joining(", ", "select ", "")), step.input(), read);
        out.append(multiplied ? "" : ")");
    }

    private void wider(Reshape.PivotWider step) {
        List<String> kept = step.kept();
        List<String> read = QueryWriter.plus(kept, List.of(step.namesFrom(), step.valuesFrom()));
        String number = Names.quote(QueryWriter.free("row", QueryWriter.plus(read, step.made())));
        List<String> list = new ArrayList<>(kept.stream().map(Names::quote).toList());
        step.made().stream().filter(columns::contains).forEach(name -> list.add(cell(step, name)));
        list.add("min(" + number + ") as " + number);
        out.append(QueryWriter.select(columns)).append(" from (");
        out.append(list.stream().collect(joining(", ", "select ", " from (")));
        out.from(QueryWriter.select(read) + ", row_number() over () as " + number, step.input(), read);
        out.append(kept.isEmpty() ? ") having count(*) > 0" : ") group by " + QueryWriter.list(kept));
        out.append(") order by " + number);
    }

    private static String cell(Reshape.PivotWider step, String name) {
        String filter =
                " filter (where " + Names.quote(step.namesFrom()) + "::varchar = " + SqlText.literal(name) + ")";
        String refusal = "pivotWider: " + step.namesFrom() + " is " + name
                + " in several rows that the other columns do not tell apart; summarise them first";
        return "case when count(*)" + filter + " > 1 then error(" + SqlText.literal(refusal) + ") else first("
                + Names.quote(step.valuesFrom()) + ")" + filter + " end as " + Names.quote(name);
    }

    private void describe(Reshape.Describe step) {
        out.append(columns.stream()
                .map(column -> "r." + Names.quote(column) + " as " + Names.quote(column))
                .collect(joining(", ", "select ", columns.isEmpty() ? "1 from (" : " from (")));
        List<String> names =
                step.columns().stream().map(Reshape.Described::name).toList();
        out.from(
                step.columns().stream()
                        .map(ReshapeWriter::statistics)
                        .collect(joining(", ", "select unnest([", "]) as r")),
                step.input(),
                names);
        out.append(")");
    }

    /** All aggregates of a column as one value, so that the input is read once. */
    private static String statistics(Reshape.Described column) {
        String x = Names.quote(column.name());
        String number = x + "::double";
        boolean counts = column.number();
        return "{'column': " + SqlText.literal(column.name()) + ", 'type': " + SqlText.literal(column.type())
                + ", 'count': count(" + x + "), 'nulls': count(*) - count(" + x + ")"
                + ", 'mean': " + (counts ? "avg(" + number + ")" : "null::double")
                + ", 'std': " + (counts ? "stddev_samp(" + number + ")" : "null::double")
                + ", 'min': min(" + x + ")::varchar"
                + ", 'q25': " + quantile(counts, number, "0.25")
                + ", 'median': " + quantile(counts, number, "0.5")
                + ", 'q75': " + quantile(counts, number, "0.75")
                + ", 'max': max(" + x + ")::varchar}";
    }

    private static String quantile(boolean counts, String number, String share) {
        return counts ? "quantile_cont(" + number + ", " + share + ")" : "null::double";
    }
}
