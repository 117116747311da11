package dev.kiln.pool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How many processes of this process' control group, which its runners share, the kernel has killed for want of memory. Each
 * of these kills accounts for one death by SIGKILL. Any thread.
 *
 * <p>Source: Linux, {@code Documentation/admin-guide/cgroup-v2.rst} (memory.events), {@code cgroup-v1/memory.rst}.
 */
final class OomKills {
    private static final Path PROC = Path.of("/proc/self/cgroup");
    private static final Path MOUNTED = Path.of("/sys/fs/cgroup");
    private static final Pattern COUNTER = Pattern.compile("(?m)^oom_kill (\\d+)$");
    private static final Pattern GROUP = Pattern.compile("\\d+:([^:]*):(/.*)");

    private final @Nullable Path counter;
    private long accountedFor;

    /** @param counter the file with a line {@code oom_kill <count>}, null if there is none */
    OomKills(@Nullable Path counter) {
        this.counter = counter;
    }

    /** Those of this process' control group. */
    static OomKills here() {
        try {
            return new OomKills(Files.isReadable(PROC) ? find(Files.readAllLines(PROC), MOUNTED) : null);
        } catch (IOException e) {
            return new OomKills(null);
        }
    }

    /** The counter of the group that these lines of {@code /proc/<pid>/cgroup} name; null if it cannot be read. */
    static @Nullable Path find(List<String> groups, Path mounted) {
        for (String line : groups) {
            Matcher group = GROUP.matcher(line);
            if (!group.matches()) {
                continue;
            }
            String path = group.group(2).substring(1);
            boolean unified = group.group(1).isEmpty();
            if (unified || List.of(group.group(1).split(",", -1)).contains("memory")) {
                Path root = unified ? mounted : mounted.resolve("memory");
                String file = unified ? "memory.events" : "memory.oom_control";
                // Inside of a container the mounted folder may be the group itself, whatever its name outside.
                for (Path folder : List.of(root.resolve(path), root)) {
                    if (Files.isReadable(folder.resolve(file))) {
                        return folder.resolve(file);
                    }
                }
            }
        }
        return null;
    }

    /** The count now, 0 if it cannot be read. */
    long count() {
        if (counter == null) {
            return 0;
        }
        try {
            Matcher found = COUNTER.matcher(Files.readString(counter));
            return found.find() ? Long.parseLong(found.group(1)) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    /**
     * Whether a kill that nobody has claimed yet happened since the count was {@code before}; it is claimed then. Two
     * runners that die at once, one of them by the kernel, may be taken for each other; no kill counts twice.
     */
    synchronized boolean claim(long before) {
        long known = Math.max(before, accountedFor);
        if (count() <= known) {
            return false;
        }
        accountedFor = known + 1;
        return true;
    }
}
