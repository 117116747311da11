package dev.kiln.frame;

import dev.kiln.frame.spi.Scope;
import dev.kiln.gc.ProcessRef;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Puts the data of many frames on disk together, each where it is, when somebody says so. Any thread; blocks. */
final class Spilling {
    private Spilling() {}

    /** What is there of one space's data at one party. */
    private record Site(FrameSpace space, ProcessRef owner) {}

    /** The frames among these; how many bytes of them are on disk then. What ends or goes meanwhile is left out. */
    static long of(Collection<? extends Scope.Member> members) {
        List<Hold.Use> uses = new ArrayList<>();
        try {
            for (Scope.Member member : members) {
                if (member instanceof Hold hold) {
                    addUse(hold, uses);
                }
            }
            Set<Leaf> leaves = new LinkedHashSet<>();
            uses.forEach(use -> leaves.addAll(use.plan().leaves()));
            return of(leaves);
        } finally {
            uses.forEach(Hold.Use::close);
        }
    }

    private static void addUse(Hold hold, List<Hold.Use> uses) {
        try {
            uses.add(hold.use());
        } catch (IllegalStateException ended) {
            return; // and so needs no memory of its own
        }
    }

    private static long of(Set<Leaf> leaves) {
        List<Table> tables = new ArrayList<>();
        Map<Site, List<RemoteTable>> elsewhere = new LinkedHashMap<>();
        for (Leaf leaf : leaves) {
            switch (leaf) {
                case Table table -> tables.add(table);
                case RemoteTable remote ->
                    remote.owners().forEach(owner -> elsewhere
                            .computeIfAbsent(new Site(remote.space(), owner), _ -> new ArrayList<>())
                            .add(remote));
            }
        }
        long bytes = here(tables);
        for (Map.Entry<Site, List<RemoteTable>> there : elsewhere.entrySet()) {
            Site site = there.getKey();
            bytes += there(site, there.getValue());
        }
        return bytes;
    }

    private static long there(Site site, List<RemoteTable> handles) {
        try {
            return site.space().client().spill(site.owner(), handles);
        } catch (FrameLost gone) {
            return 0; // with its memory
        }
    }

    /** The same for another process with data that is here. */
    static long asked(List<Frame> frames) {
        Set<Table> tables = new LinkedHashSet<>();
        for (Frame frame : frames) {
            for (Leaf leaf : frame.plan().leaves()) {
                if (leaf instanceof Table table) {
                    tables.add(table);
                }
            }
        }
        return here(tables);
    }

    private static long here(Collection<Table> tables) {
        return Ladder.process().spill(tables.stream().map(Table::storage).toList());
    }
}
