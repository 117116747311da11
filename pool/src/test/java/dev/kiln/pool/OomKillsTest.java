package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("R-04: kills by the kernel, by the control group's counter")
class OomKillsTest {
    @TempDir
    Path mounted;

    private Path counter(String file, long kills) throws IOException {
        Path path = mounted.resolve(file);
        Files.createDirectories(path.getParent());
        return Files.writeString(path, "low 0\noom 9\noom_kill " + kills + "\noom_group_kill 0\n");
    }

    @Test
    void findsTheCounterOfEitherVersion() throws IOException {
        Path unified = counter("a/b/memory.events", 0);
        assertEquals(unified, OomKills.find(List.of("0::/a/b"), mounted));
        Path old = counter("memory/c/memory.oom_control", 0);
        assertEquals(old, OomKills.find(List.of("5:cpu,cpuacct:/c", "4:memory:/c", "0::/none"), mounted));
    }

    @Test
    void findsItWhereAContainerSeesItsGroupAsTheRoot() throws IOException {
        Path root = counter("memory.events", 0);
        assertEquals(root, OomKills.find(List.of("0::/outside/name"), mounted));
    }

    @Test
    void withoutACounterNothingIsKnown() {
        assertNull(OomKills.find(List.of("0::/", "what is this"), mounted));
        var kills = new OomKills(null);
        assertEquals(0, kills.count());
        assertFalse(kills.claim(0));
        assertEquals(0, new OomKills(mounted.resolve("gone")).count());
    }

    @Test
    void eachKillAccountsForOneDeath() throws IOException {
        Path file = counter("memory.events", 3);
        var kills = new OomKills(file);
        long before = kills.count();
        assertFalse(kills.claim(before), "none since");
        counter("memory.events", 5);
        assertTrue(kills.claim(before));
        assertTrue(kills.claim(before));
        assertFalse(kills.claim(before), "both are accounted for");
        long later = kills.count();
        counter("memory.events", 6);
        assertTrue(kills.claim(later));
    }
}
