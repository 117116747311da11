package dev.kiln.frame;

import dev.kiln.gc.Holdings;
import dev.kiln.gc.ProcessRef;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the tables have gone that stayed at a process which is about to end. It has an ordinary handle on each at its new
 * place, which is passed on to everybody who holds the table here, and answers for the table until nobody does. All under
 * the lock of the {@link Books}.
 */
final class Forwarding {

    /** Number here to the handle on the new place, with one reference each. */
    private final Map<Long, RemoteTable> places = new HashMap<>();

    private boolean leaving;

    /** What one holder is to be told: the numbers of tables here, and the handles on them elsewhere, retained once more. */
    record Notice(List<Long> numbers, List<RemoteTable> places) {
        void release() {
            places.forEach(Leaf::release);
        }
    }

    /** From now on nothing is to stay here. */
    void leave() {
        leaving = true;
    }

    boolean leaving() {
        return leaving;
    }

    /** Where the table with this number is now, if it has moved, and is not lost there. */
    @Nullable
    RemoteTable placeOf(Long number) {
        RemoteTable place = places.get(number);
        return place == null || place.isLost() ? null : place;
    }

    /** The table is there now, too; takes over the reference. What it had moved to before, in vain, is given back. */
    @Nullable
    RemoteTable moved(Long number, RemoteTable place) {
        return places.put(number, place);
    }

    /** Nobody holds the table here any more: gives back the handle. */
    @Nullable
    RemoteTable freed(Long number) {
        return places.remove(number);
    }

    /** What everybody who still holds here what has moved is to be told. */
    Map<ProcessRef, Notice> notices(Holdings holdings) {
        Map<ProcessRef, Notice> notices = new LinkedHashMap<>();
        for (Map.Entry<Long, RemoteTable> entry : places.entrySet()) {
            if (entry.getValue().isLost()) {
                continue;
            }
            for (ProcessRef holder : holdings.holders(entry.getKey())) {
                Notice notice =
                        notices.computeIfAbsent(holder, key -> new Notice(new ArrayList<>(), new ArrayList<>()));
                entry.getValue().retain();
                notice.numbers().add(entry.getKey());
                notice.places().add(entry.getValue());
            }
        }
        return notices;
    }

    /** All handles, to be given back. */
    Collection<RemoteTable> clear() {
        List<RemoteTable> all = List.copyOf(places.values());
        places.clear();
        return all;
    }
}
