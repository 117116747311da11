package dev.kiln.gc;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** What a simulated process's program knows and does: its handles, and the batches that they are in. */
final class Program {
    private final Party party;
    final List<Name> names = new ArrayList<>();
    final Batches<Name> batches = new Batches<>();
    private final List<String> open = new ArrayList<>();
    private final List<String> ended = new ArrayList<>();
    private int batchCount;

    Program(Party party) {
        this.party = party;
    }

    /** A handle of its own on data that is known here. */
    Name take(List<Resource> copies, SplittableRandom dice) {
        var name = new Name(copies.stream().map(party.stock::resolve).toList());
        name.copies.forEach(party.stock::open);
        names.add(name);
        if (!open.isEmpty() && dice.nextInt(100) < 70) {
            batches.join(open.get(dice.nextInt(open.size())), name);
        }
        return name;
    }

    void close(Name name) {
        party.note(() -> "closes " + name);
        names.remove(name);
        batches.leave(name);
        List.copyOf(name.copies).forEach(party.stock::close);
    }

    void copy(Name name, SplittableRandom dice) {
        take(name.copies, dice);
    }

    void openBatch(SplittableRandom dice) {
        String id = party.self + "." + ++batchCount;
        boolean nested = !open.isEmpty() && dice.nextBoolean();
        batches.open(id, nested ? open.get(dice.nextInt(open.size())) : null, dice.nextInt(100) < 90);
        open.add(id);
        party.note(() -> "opens batch " + id);
    }

    void keep(SplittableRandom dice) {
        if (!open.isEmpty()) {
            String id = open.get(dice.nextInt(open.size()));
            List<Name> members = batches.members(id);
            if (!members.isEmpty()) {
                batches.keep(id, members.get(dice.nextInt(members.size())));
            }
        }
    }

    void transfer(SplittableRandom dice) {
        if (!open.isEmpty() && !names.isEmpty()) {
            batches.transfer(names.get(dice.nextInt(names.size())), open.get(dice.nextInt(open.size())));
        }
    }

    void endBatch(SplittableRandom dice) {
        if (!ended.isEmpty() && dice.nextInt(100) < 30) {
            released(batches.delete(ended.get(dice.nextInt(ended.size()))));
        } else if (!open.isEmpty()) {
            String id = open.get(dice.nextInt(open.size()));
            party.note(() -> "ends batch " + id);
            released(batches.end(id, dice.nextBoolean() ? BatchState.DONE : BatchState.FAILED));
            ended.add(id);
            open.removeIf(each -> !batches.isOpen(each));
        }
    }

    private void released(List<Name> members) {
        if (!members.isEmpty()) {
            // All in one step, so that one flush tells each owner of all of it.
            party.stock.closeEarly(party.rules.closedWithABatch(members, party.stock.pledged(members)));
            members.forEach(this::close);
            party.flushSoon();
        }
    }

    void closeAll() {
        List.copyOf(open).forEach(id -> released(batches.delete(id)));
        List.copyOf(ended).forEach(id -> released(batches.delete(id)));
        open.clear();
        List.copyOf(names).forEach(this::close);
    }

    /** Takes another resource wherever this one stood; false if it stood nowhere. */
    boolean swap(Resource from, Resource to) {
        boolean found = false;
        for (Name name : names) {
            for (int i = 0; i < name.copies.size(); i++) {
                if (name.copies.get(i).equals(from)) {
                    party.stock.open(to);
                    name.copies.set(i, to);
                    party.stock.close(from);
                    found = true;
                }
            }
        }
        return found;
    }

    /** One more place has the data of this resource: the first handle on it names both from now on. */
    void copied(Resource resource, Resource copy) {
        for (Name name : names) {
            if (name.copies.contains(resource) && !name.copies.contains(copy)) {
                party.stock.open(copy);
                name.copies.add(copy);
                return;
            }
        }
    }

    /** An owner has ended: a handle is lost when all that it names is. */
    void lose(ProcessRef owner) {
        for (Name name : List.copyOf(names)) {
            name.copies.removeIf(resource -> resource.id.owner().equals(owner));
            if (name.copies.isEmpty()) {
                names.remove(name);
                batches.leave(name);
            }
        }
    }

    boolean dependsOn(ProcessRef owner) {
        for (Name name : names) {
            for (Resource resource : name.copies) {
                if (resource.id.owner().equals(owner)) {
                    return true;
                }
            }
        }
        return false;
    }

    Set<Resource> named() {
        Set<Resource> all = new HashSet<>();
        names.forEach(name -> all.addAll(name.copies));
        return all;
    }
}
