package dev.kiln.runner;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.runner.wire.TlsKeys;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootFileTest {
    private static final byte[] TOKEN = {0, 1, -1, 127, -128};
    private static final byte[] PROOF = {9, 8, 7};

    @TempDir
    private Path folder;

    private BootFile boot() {
        Path home = folder.resolve("größe = 1 # \\:");
        return new BootFile("media-1", new Home.Socket(home.resolve("home")), home, TOKEN, PROOF, 4711, 99);
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        Path file = folder.resolve("media-1.boot");
        boot().write(file);
        BootFile read = BootFile.take(file);
        assertEquals("media-1", read.runner());
        assertEquals(boot().home(), read.home());
        assertEquals(boot().folder(), read.folder());
        assertArrayEquals(TOKEN, read.token());
        assertArrayEquals(PROOF, read.proof());
        assertEquals(4711, read.parentPid());
        assertEquals(99, read.parentStartMark());
    }

    @Test
    @DisplayName("W-02: where a runner dials by TCP, and the keys of its pool, are read as they were written")
    void anAddressAndItsKeysAreRead() throws IOException {
        Path file = folder.resolve("media-1.boot");
        var keys = new TlsKeys(new byte[] {1, -2, 3}, new byte[] {4, 5, -6});
        new BootFile("media-1", new Home.Tcp("::1", 65_535, keys), folder, TOKEN, PROOF, 4711, 99).write(file);
        Home.Tcp home = assertInstanceOf(Home.Tcp.class, BootFile.take(file).home());
        assertEquals("::1", home.host());
        assertEquals(65_535, home.port());
        assertArrayEquals(keys.privateKey(), home.keys().privateKey());
        assertArrayEquals(keys.certificate(), home.keys().certificate());
    }

    @Test
    @DisplayName("R-02: only its owner may read the secrets")
    void onlyItsOwnerMayReadTheSecrets() throws IOException {
        Path file = folder.resolve("media-1.boot");
        boot().write(file);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    @DisplayName("R-02: the secrets are gone from the disk once they are read")
    void theFileIsDeletedWhenTaken() throws IOException {
        Path file = folder.resolve("media-1.boot");
        boot().write(file);
        BootFile.take(file);
        assertFalse(Files.exists(file));
        assertThrows(NoSuchFileException.class, () -> BootFile.take(file));
    }

    @Test
    void aFileThatIsThereAlreadyIsNotTrusted() throws IOException {
        Path file = Files.createFile(folder.resolve("media-1.boot"));
        assertThrows(FileAlreadyExistsException.class, () -> boot().write(file));
        assertEquals(0, Files.size(file));
    }

    @Test
    void aFileThatLacksSomethingSaysWhat() throws IOException {
        Path file =
                Files.writeString(folder.resolve("media-1.boot"), "runner=media-1\nhome=/tmp/x/home\nfolder=/tmp/x\n");
        var failure = assertThrows(IOException.class, () -> BootFile.take(file));
        assertTrue(failure.getMessage().contains("'token'"), failure.getMessage());
    }
}
