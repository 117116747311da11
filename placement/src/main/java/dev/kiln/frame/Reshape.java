package dev.kiln.frame;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** Verbs that make other rows out of those of a frame. */
sealed interface Reshape extends Plan.Step {

    /** At most {@code length} rows, chosen by the seed, in the order of the input. */
    record Sample(Plan input, long length, long seed) implements Reshape {
        public Sample {
            Plan.require(length >= 0, "sample: the number of rows must be >= 0, was " + length);
        }

        @Override
        public Plan on(Plan other) {
            return new Sample(other, length, seed);
        }
    }

    /** A row per row and column: the other columns, the column's name, its value. */
    record PivotLonger(Plan input, List<String> columns, String namesTo, String valuesTo) implements Reshape {
        public PivotLonger {
            columns = List.copyOf(columns);
            Plan.require(!columns.isEmpty(), "pivotLonger: name at least one column");
            Names.requireKnown("pivotLonger", columns, input.names());
            Names.requireDistinct("pivotLonger", columns);
            Names.requireDistinct("pivotLonger", input.names());
            Names.requireDistinct(
                    "pivotLonger",
                    Stream.concat(kept(input, columns).stream(), Stream.of(namesTo, valuesTo))
                            .toList());
        }

        private static List<String> kept(Plan input, List<String> columns) {
            return input.names().stream().filter(n -> !columns.contains(n)).toList();
        }

        @Override
        public List<String> names() {
            return input.names().isEmpty()
                    ? List.of()
                    : Stream.concat(kept(input, columns).stream(), Stream.of(namesTo, valuesTo))
                            .toList();
        }

        @Override
        public Plan on(Plan other) {
            return new PivotLonger(other, columns, namesTo, valuesTo);
        }
    }

    /** A column per name; a row per combination of the columns that are neither names nor values. */
    record PivotWider(Plan input, String namesFrom, String valuesFrom, List<String> made) implements Reshape {
        public PivotWider {
            made = List.copyOf(made);
            Plan.require(!namesFrom.equals(valuesFrom), "pivotWider: names and values must be two columns");
            Plan.require(!made.isEmpty(), "pivotWider: there are no names to make columns of");
            Names.requireKnown("pivotWider", List.of(namesFrom, valuesFrom), input.names());
            Names.requireDistinct("pivotWider", input.names());
            Names.requireDistinct(
                    "pivotWider",
                    Stream.concat(kept(input, namesFrom, valuesFrom).stream(), made.stream())
                            .toList());
        }

        private static List<String> kept(Plan input, String namesFrom, String valuesFrom) {
            return input.names().stream()
                    .filter(n -> !n.equals(namesFrom) && !n.equals(valuesFrom))
                    .toList();
        }

        /** The columns that tell rows apart. */
        List<String> kept() {
            return kept(input, namesFrom, valuesFrom);
        }

        @Override
        public List<String> names() {
            return input.names().isEmpty()
                    ? List.of()
                    : Stream.concat(kept().stream(), made.stream()).toList();
        }

        @Override
        public Plan on(Plan other) {
            return new PivotWider(other, namesFrom, valuesFrom, made);
        }
    }

    /** A row of statistics per column; what there is to describe is not known until the types are. */
    record Describe(Plan input, List<Described> columns) implements Reshape {
        private static final List<String> NAMES =
                List.of("column", "type", "count", "nulls", "mean", "std", "min", "q25", "median", "q75", "max");

        public Describe {
            columns = List.copyOf(columns);
            Names.requireDistinct("describe", input.names());
        }

        /** The same with the columns that there are to describe. */
        Describe of(Schema schema) {
            List<Described> found = new ArrayList<>();
            for (Field field : schema.getFields()) {
                ArrowType type = field.getType();
                boolean number = type instanceof ArrowType.Int
                        || type instanceof ArrowType.FloatingPoint
                        || type instanceof ArrowType.Decimal;
                found.add(new Described(field.getName(), TypeNames.of(field), number));
            }
            return new Describe(input, found);
        }

        @Override
        public List<String> names() {
            return NAMES;
        }

        @Override
        public Plan on(Plan other) {
            return new Describe(other, columns);
        }
    }

    /** A column to describe. */
    record Described(String name, String type, boolean number) implements Serializable {}
}
