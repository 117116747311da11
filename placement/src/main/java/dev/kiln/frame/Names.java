package dev.kiln.frame;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Rules for column names. Verbs want them exactly as they are written; the engine does not tell {@code A} from
 * {@code a}, so one frame of the engine cannot have both.
 */
final class Names {
    private static final int LISTED = 50;

    private Names() {}

    /**
     * Refuses a column that does not exist.
     *
     * @param available the names there are; empty if they are not known, then everything passes
     */
    static void requireKnown(String verb, Collection<String> wanted, List<String> available) {
        if (available.isEmpty()) {
            return;
        }
        Set<String> known = new HashSet<>(available);
        for (String name : wanted) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(verb + ": there is no column " + quote(name) + hint(name, available)
                        + "; there are " + list(available));
            }
        }
    }

    /** Refuses columns that the engine could not tell apart, or could not name, in the result of a verb. */
    static void requireDistinct(String verb, Collection<String> names) {
        Map<String, String> seen = HashMap.newHashMap(names.size());
        for (String name : names) {
            if (name.isEmpty() || name.indexOf('\0') >= 0) {
                throw new IllegalArgumentException(
                        verb + ": a column name must not be empty or contain NUL; rename it");
            }
            String other = seen.putIfAbsent(fold(name), name);
            if (other != null) {
                throw new IllegalArgumentException(verb + ": two columns would be called " + quote(other)
                        + (other.equals(name) ? "" : " and " + quote(name) + " (case does not tell columns apart)")
                        + "; rename one of them first");
            }
        }
    }

    /** An identifier of the engine: the name in double quotes, whatever is in it. */
    static String quote(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** Names that fold to the same are the same to the engine, which knows the case of ASCII letters only. */
    static String fold(String name) {
        StringBuilder folded = new StringBuilder(name);
        for (int i = 0; i < folded.length(); i++) {
            char c = folded.charAt(i);
            folded.setCharAt(i, c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c);
        }
        return folded.toString();
    }

    private static String list(List<String> names) {
        String listed = String.join(", ", names.subList(0, Math.min(LISTED, names.size())));
        return names.size() > LISTED ? listed + " and " + (names.size() - LISTED) + " more" : listed;
    }

    private static String hint(String wrong, List<String> available) {
        return nearest(wrong, available)
                .map(name -> " (did you mean " + quote(name) + "?)")
                .orElse("");
    }

    private static Optional<String> nearest(String wrong, List<String> available) {
        int allowed = Math.max(1, (wrong.length() + 1) / 3);
        String best = null;
        for (String name : available) {
            int distance = fold(name).equals(fold(wrong)) ? 0 : distance(fold(wrong), fold(name), allowed);
            if (distance <= allowed) {
                best = name;
                allowed = distance - 1;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Insertions, deletions and replacements between two words (Levenshtein), or more than {@code limit}. */
    private static int distance(String a, String b, int limit) {
        if (Math.abs(a.length() - b.length()) > limit) {
            return limit + 1;
        }
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(above, row[j - 1]));
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
