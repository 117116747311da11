package dev.kiln.frame;

import dev.kiln.frame.spi.ProcessFolders;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Where this process puts tables for which memory is too short: a folder of its own, made when it is first needed, gone with
 * the process. What a killed process left is swept by those that use the same directory after it. Any thread.
 */
final class SpillFolder {
    private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs", "devtmpfs", "hugetlbfs");

    private final Path parent;
    private final Path folder;
    private boolean made; // guarded by this

    SpillFolder(Path parent) {
        this.parent = parent;
        this.folder = ProcessFolders.unused(parent);
    }

    /** Whether files below a directory are in memory: those would not make room. */
    static boolean isInMemory(Path directory) throws IOException {
        return IN_MEMORY.contains(Files.getFileStore(directory).type());
    }

    Path parent() {
        return parent;
    }

    /** A file that is not there yet. */
    synchronized Path file(String name) throws IOException {
        if (!made) {
            ProcessFolders.sweep(parent);
            try {
                Files.createDirectory(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            } catch (FileAlreadyExistsException e) {
                // the one of before, which was not empty when it was to go
            }
            Runtime.getRuntime().addShutdownHook(new Thread(() -> ProcessFolders.remove(folder), "kiln-spill-end"));
            made = true;
        }
        return folder.resolve(name);
    }
}
