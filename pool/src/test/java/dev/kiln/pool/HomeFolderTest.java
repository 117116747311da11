package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.pool.spi.BootProblem;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HomeFolderTest {
    private final String usual = System.getProperty("java.io.tmpdir");

    @TempDir
    private Path temporary;

    @BeforeEach
    void useAFolderOfOurOwn() {
        System.setProperty("java.io.tmpdir", temporary.toString());
    }

    @AfterEach
    void useTheUsualFolder() {
        System.setProperty("java.io.tmpdir", usual);
    }

    private static Path folderOf(HomeFolder home) {
        return home.socket().getParent();
    }

    @Test
    @DisplayName("R-02: nobody else may enter the folder of the socket and the secrets")
    void nobodyElseMayEnter() throws Exception {
        HomeFolder home = HomeFolder.create();
        Path folder = folderOf(home);
        assertEquals(temporary, folder.getParent());
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
        assertEquals(folder, home.bootFile("p-1").getParent());
    }

    @Test
    void aRunnerCanDialTheSocket() throws Exception {
        HomeFolder home = HomeFolder.create();
        try (var server = home.listen();
                var dialled = SocketChannel.open(UnixDomainSocketAddress.of(home.socket()))) {
            assertTrue(server.isOpen() && dialled.isConnected());
            assertThrows(IOException.class, home::listen); // the address is taken
        }
    }

    @Test
    @DisplayName("P-28: the folder goes with all that is in it")
    void theFolderGoesWithAllThatIsInIt() throws Exception {
        HomeFolder home = HomeFolder.create();
        Files.writeString(home.bootFile("p-1"), "secret");
        home.listen().close();
        home.remove();
        assertFalse(Files.exists(folderOf(home)));
        home.remove();
    }

    @Test
    @DisplayName("P-28: what a killed process left is removed by the next one")
    void whatAKilledProcessLeftIsRemovedByTheNextOne() throws Exception {
        HomeFolder mine = HomeFolder.create();
        String name = folderOf(mine).getFileName().toString();
        Path dead = temporary.resolve(name.replace("-" + ProcessHandle.current().pid() + "-", "-" + deadPid() + "-"));
        Files.createDirectory(dead);
        Files.writeString(dead.resolve("p-1.boot"), "secret");
        Path elsewhere = Files.createDirectory(temporary.resolve("kiln-1-" + deadPid() + "-7"));
        Path strange = Files.createDirectory(temporary.resolve("kiln-notes"));
        HomeFolder.create();
        assertFalse(Files.exists(dead));
        assertTrue(Files.exists(folderOf(mine)), "the folder of a living process");
        assertTrue(Files.exists(elsewhere), "the folder of a process of another namespace");
        assertTrue(Files.exists(strange), "a folder of another kind");
    }

    private static long deadPid() throws Exception {
        Process process = new ProcessBuilder("true").start();
        process.waitFor();
        return process.pid();
    }

    @Test
    void aPathThatIsTooLongForASocketIsAvoided() throws Exception {
        Path deep = Files.createDirectories(temporary.resolve("x".repeat(80)));
        System.setProperty("java.io.tmpdir", deep.toString());
        HomeFolder home = HomeFolder.create();
        try (var server = home.listen()) {
            assertTrue(server.isOpen());
            assertEquals(Path.of("/tmp"), folderOf(home).getParent());
        } finally {
            home.remove();
        }
    }

    @Test
    void aTemporaryFolderThatIsNotThereIsAPermanentProblem() {
        System.setProperty("java.io.tmpdir", temporary.resolve("gone").toString());
        var problem = assertThrows(BootProblem.class, HomeFolder::create);
        assertTrue(problem.permanent());
        assertTrue(problem.getMessage().contains("java.io.tmpdir"), problem.getMessage());
    }
}
