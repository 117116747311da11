package dev.kiln.frame;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Writes queries whose rows stand side by side. Each side's rows are numbered, and rows whose numbers differ are an error: the
 * engine would fill the shorter side up with nulls, and, where nothing behind asks for an order, would take the parts of a
 * {@code union all} on the left side as they come; numbering them keeps them in order.
 *
 * <p>Rows of the other sides alone are no error yet: where a verb above needs no more rows, the engine stops reading the first
 * side, and then still delivers what is left of the others. So a first side whose length is not known has one row more, which
 * says that it has ended, and it is an error if that one does not stand alone.
 */
final class SideBySideWriter {
    private static final String MARK = "row";
    private static final String END = "end";

    private final String verb;
    private final List<Side> sides;
    private final List<Pick> picks;

    /** A query and the columns of it that are wanted. */
    private record Side(Plan plan, List<String> columns) {}

    /** A column of the result: of which side, which one, and what it is called then. */
    private record Pick(int side, String column, String name) {}

    private SideBySideWriter(String verb, List<Side> sides, List<Pick> picks) {
        this.verb = verb;
        this.sides = sides;
        this.picks = picks;
    }

    static SideBySideWriter of(Combination.ConcatColumns concat, List<String> columns) {
        List<Side> sides = concat.inputs().stream()
                .map(input -> new Side(
                        input, input.names().stream().filter(columns::contains).toList()))
                .toList();
        List<Pick> picks = columns.stream()
                .map(name -> new Pick(sideOf(sides, name), name, name))
                .toList();
        return new SideBySideWriter(concat.verb(), sides, picks);
    }

    private static int sideOf(List<Side> sides, String name) {
        int side = 0;
        while (!sides.get(side).columns().contains(name)) {
            side++;
        }
        return side;
    }

    static SideBySideWriter of(Combination.Put put, List<String> columns) {
        List<String> kept =
                columns.stream().filter(name -> !name.equals(put.name())).toList();
        boolean wanted = columns.contains(put.name());
        String from = put.column().names().getFirst();
        List<Side> sides =
                List.of(new Side(put.frame(), kept), new Side(put.column(), wanted ? List.of(from) : List.of()));
        List<Pick> picks = columns.stream()
                .map(name -> name.equals(put.name()) ? new Pick(1, from, name) : new Pick(0, name, name))
                .toList();
        return new SideBySideWriter("put", sides, picks);
    }

    void write(QueryWriter out) {
        boolean equal = Combination.haveEqualRows(sides.stream().map(Side::plan).toList());
        List<Integer> needed = new ArrayList<>();
        for (int i = 0; i < sides.size(); i++) {
            if (!equal || !sides.get(i).columns().isEmpty() || (picks.isEmpty() && i == 0)) {
                needed.add(i);
            }
        }
        int first = needed.getFirst();
        boolean ends = !equal && needed.size() > 1;
        out.append("select ").append(list());
        String before = " from ";
        for (int i : needed) {
            out.append(before).append("(");
            numbered(sides.get(i), ends && i == first, out);
            out.append(") as s" + i);
            before = " positional join ";
        }
        if (needed.size() > 1) {
            String together = others(needed, number -> number + " = " + number(first));
            out.append(" where case when " + number(first) + " is null then false ");
            if (ends) {
                String end = "s" + first + "." + Names.quote(end(sides.get(first)));
                String alone = others(needed, number -> number + " is null");
                out.append("when " + end + " and " + alone + " then false ");
                together = "not " + end + " and " + together;
            }
            out.append("when " + together + " then true else error('" + refusal() + "') end");
        }
    }

    private String others(List<Integer> needed, UnaryOperator<String> condition) {
        return needed.stream().skip(1).map(this::number).map(condition).collect(joining(" and "));
    }

    private static void numbered(Side side, boolean ends, QueryWriter out) {
        List<String> columns = side.columns();
        String list = columns.isEmpty() ? "" : QueryWriter.list(columns) + ", ";
        String number = "row_number() over () as " + Names.quote(mark(side));
        if (ends) {
            String end = Names.quote(end(side));
            out.append("select " + list + end + ", " + number + " from (");
            out.from("select " + list + "false as " + end, side.plan(), columns);
            out.append(" union all select " + "null, ".repeat(columns.size()) + "true)");
        } else {
            out.from("select " + list + number, side.plan(), columns);
        }
    }

    private String number(int side) {
        return "s" + side + "." + Names.quote(mark(sides.get(side)));
    }

    private static String mark(Side side) {
        return QueryWriter.free(MARK, side.columns());
    }

    private static String end(Side side) {
        return QueryWriter.free(END, side.columns());
    }

    private String refusal() {
        return verb + ": the numbers of rows must be equal; to bring rows together by their values, use join";
    }

    private String list() {
        return picks.isEmpty()
                ? "1"
                : picks.stream()
                        .map(pick -> "s" + pick.side() + "." + Names.quote(pick.column()) + " as "
                                + Names.quote(pick.name()))
                        .collect(joining(", "));
    }
}
