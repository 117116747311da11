package dev.kiln.frame;

import java.io.Serializable;
import java.util.AbstractMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Serializable copies of the JDK's views on collections: same order, same elements, same kind of collection. */
final class Views {

    private Views() {}

    /** @param view of a class routed as {@link Route#COPIED} */
    static Serializable copy(Object view) {
        return switch (view) {
            case Map.Entry<?, ?> entry -> new AbstractMap.SimpleImmutableEntry<>(entry);
            case SortedMap<?, ?> map -> new TreeMap<>(map);
            case Map<?, ?> map -> new LinkedHashMap<>(map);
            case SortedSet<?> set -> new TreeSet<>(set);
            case Set<?> set -> new LinkedHashSet<>(set);
            case List<?> list -> new ArrayList<>(list);
            case Deque<?> deque -> new ArrayDeque<>(deque);
            case Collection<?> values -> new ArrayList<>(values);
            default -> throw new IllegalArgumentException("no view: " + view.getClass());
        };
    }
}
