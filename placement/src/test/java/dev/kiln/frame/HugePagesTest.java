package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HugePagesTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "always within_size advise [never] deny force, false, false",
        "always within_size [advise] never deny force, true, false",
        "always [within_size] advise never deny force, true, true",
        "[always] within_size advise never deny force, false, true",
        "always within_size advise never [deny] force, false, false",
        "always within_size advise never deny [force], false, true",
        "advise, false, false",
        "'', false, false"
    })
    @DisplayName("F-13: huge pages are asked for where the system gives them to who asks, and nowhere else")
    void asked(String modes, boolean advised, boolean given) throws IOException {
        Files.writeString(folder.resolve("shmem_enabled"), modes + "\n");
        assertEquals(advised, HugePages.areAdvised(folder));
        assertEquals(given, HugePages.areGiven(folder));
    }

    @Test
    @DisplayName("F-13: a system that does not tell is not asked, nor is any for what no huge page fits into")
    void unknown() {
        assertFalse(HugePages.areAdvised(folder));
        assertFalse(HugePages.areGiven(folder));
        assertFalse(HugePages.wanted(HugePages.LEAST_BYTES - 1));
    }
}
