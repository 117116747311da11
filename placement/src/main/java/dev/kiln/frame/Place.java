package dev.kiln.frame;

import dev.kiln.gc.ProcessRef;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;

/** Where a plan runs: where its data is. Callers hold the plan's leaves for the time of each operation. */
sealed interface Place {

    /** Where the plan runs: see {@link Operands}. */
    static Place of(Plan plan) {
        return Operands.chosen(plan)
                .<Place>map(site -> new There(site.data().space(), site.owner()))
                .orElseGet(Here::new);
    }

    /** What users call it. */
    String name();

    boolean isRemote();

    /** Runs the plan and leaves the result where it is; the caller has its one reference. */
    Leaf compute(Plan plan);

    /** Runs the plan and brings the result here; the caller has its one reference. */
    Table collect(Plan plan);

    /** The same for the time of its use. */
    default <T> T collected(Plan plan, Function<Table, T> use) {
        Table table = collect(plan);
        try {
            return use.apply(table);
        } finally {
            table.release();
        }
    }

    /** Runs the plan and shows its result batch by batch. Returns the number of rows. */
    long scan(Plan plan, Consumer<VectorSchemaRoot> reader);

    /** The schema of a plan that cannot be told without the engine. */
    Schema ask(Plan plan);

    /** Checks a new verb's expressions if that costs no round trip and no start of the engine. */
    void check(Plan plan);

    /** A query of the user's with the names of its columns, if that costs no round trip. */
    default Plan named(Plan.Sql query) {
        return query;
    }

    /** Runs the plan into a file where the data is. Returns the number of rows. */
    long write(Plan plan, Format format, Path file);

    /** Runs the plan and has that many parties keep its result; the caller has its one reference. */
    Leaf copies(Plan plan, int copies);

    /** The schema of the plan's result. */
    default Schema describe(Plan plan) {
        return Direct.schema(plan).orElseGet(() -> ask(plan));
    }

    /** Runs the plan for its number of rows only. */
    default long count(Plan plan) {
        OptionalLong known = plan.rows();
        if (known.isPresent()) {
            return known.getAsLong();
        }
        Plan counted = new Plan.Summarise(plan, List.of(), List.of(new Assignment("n", "count(*)")));
        return collected(
                counted,
                table -> table.read(0, root -> ((Number) root.getVector(0).getObject(0)).longValue()));
    }

    /** In this process. */
    record Here() implements Place {
        /** Each check prepares the whole chain; a longer one is checked at its end. */
        private static final int CHECKED_VERBS = 64;

        @Override
        public String name() {
            return "local";
        }

        @Override
        public boolean isRemote() {
            return false;
        }

        @Override
        public Leaf compute(Plan plan) {
            return Gathering.run(plan, Engine::run);
        }

        @Override
        public Table collect(Plan plan) {
            return Gathering.run(plan, Engine::run);
        }

        @Override
        public long scan(Plan plan, Consumer<VectorSchemaRoot> reader) {
            return collected(plan, table -> Scan.of(table, reader));
        }

        @Override
        public Schema ask(Plan plan) {
            return Engine.describe(plan);
        }

        @Override
        public Plan named(Plan.Sql query) {
            return Engine.bind(query);
        }

        @Override
        public void check(Plan plan) {
            boolean speaks =
                    switch (plan) {
                        case Plan.Filter step -> true;
                        case Plan.Mutate step -> true;
                        case Plan.Derive step -> true;
                        case Reshape.PivotLonger step -> true;
                        case Plan.Summarise step -> true;
                        case Combination.Join join -> true;
                        case Combination.ConcatRows concat -> true;
                        default -> false;
                    };
            if (speaks && Engine.loaded() && Verbs.size(plan, CHECKED_VERBS) <= CHECKED_VERBS) {
                Engine.check(plan);
            }
        }

        @Override
        public long write(Plan plan, Format format, Path file) {
            return Gathering.run(plan, all -> Engine.write(all, format, file));
        }

        @Override
        public Leaf copies(Plan plan, int copies) {
            throw new IllegalStateException("this frame is in this process, where no pool is known to have it kept by: "
                    + "broadcast(frame, " + copies + ") of a pool gives its runners copies");
        }
    }

    /** In another process, by way of a space that has handles there. */
    record There(FrameSpace space, ProcessRef owner) implements Place {
        @Override
        public String name() {
            return owner.name();
        }

        @Override
        public boolean isRemote() {
            return true;
        }

        @Override
        public Leaf compute(Plan plan) {
            if (plan instanceof Plan.Source(RemoteTable there)) {
                there.check();
                there.retain();
                return there;
            }
            return space.client().compute(plan);
        }

        @Override
        public Table collect(Plan plan) {
            return space.client().collect(plan);
        }

        @Override
        public long scan(Plan plan, Consumer<VectorSchemaRoot> reader) {
            return space.client().scan(plan, reader);
        }

        @Override
        public Schema ask(Plan plan) {
            return space.client().describe(plan);
        }

        @Override
        public void check(Plan plan) {}

        @Override
        public long write(Plan plan, Format format, Path file) {
            return space.client().write(plan, format, file);
        }

        @Override
        public Leaf copies(Plan plan, int copies) {
            Leaf computed = compute(plan);
            try {
                return space.copies().spread(computed, space.client().hosts(), copies);
            } finally {
                computed.release();
            }
        }
    }
}
