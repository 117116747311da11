package dev.kiln.frame.spi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The folders that Kiln's processes make in a temporary folder. Their names tell the process that made them, so that what a
 * killed process left can be told from what is in use. They hold files only. Any thread.
 */
public final class ProcessFolders {
    private static final System.Logger LOG = System.getLogger(ProcessFolders.class.getName());
    private static final Path PID_NAMESPACE = Path.of("/proc/self/ns/pid");
    private static final Pattern NAME = Pattern.compile("kiln-(\\d+)-(\\d+)-\\d+");

    /** What the address of a Unix domain socket has room for, on the systems where it is least. */
    private static final int LONGEST_SOCKET_PATH = 100;

    private ProcessFolders() {}

    /** A name that no folder has yet; the folder is not made. */
    public static Path unused(Path parent) {
        return parent.resolve(
                "kiln-" + namespace() + "-" + ProcessHandle.current().pid() + "-"
                        + ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE));
    }

    /**
     * Makes a folder that nobody but this user may enter, with room in its name for the address of a socket in it. It is in
     * {@code java.io.tmpdir}, or in {@code /tmp} if that name is too long. What ended processes left there is removed.
     *
     * @param socket the name of the socket, which is not made
     * @throws IOException if the folder cannot be made
     */
    public static Path forSocket(String socket) throws IOException {
        Path usual = Path.of(System.getProperty("java.io.tmpdir"));
        boolean fits = unused(usual).resolve(socket).toString().length() <= LONGEST_SOCKET_PATH;
        Path parent = fits ? usual : Path.of("/tmp");
        sweep(parent);
        return Files.createDirectory(
                unused(parent), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** Removes the folders of processes that have ended. */
    public static void sweep(Path parent) {
        try (var entries = Files.newDirectoryStream(parent, "kiln-*")) {
            for (Path entry : entries) {
                if (isAbandoned(entry)) {
                    remove(entry);
                }
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "could not look for abandoned folders in " + parent, e);
        }
    }

    /** Removes the folders of processes that have ended which are where this one is, or was. */
    public static void sweepBeside(Path folder) {
        Path parent = folder.getParent();
        if (parent != null) {
            sweep(parent);
        }
    }

    /** Whether it is named like a folder of ours whose process ran in this pid namespace and has ended. */
    public static boolean isAbandoned(Path folder) {
        Matcher name = NAME.matcher(String.valueOf(folder.getFileName()));
        return name.matches()
                && name.group(1).equals(namespace())
                && ProcessHandle.of(Long.parseLong(name.group(2))).isEmpty();
    }

    /** A pid means a process only within its namespace: containers that share a folder must not sweep each other's. */
    private static String namespace() {
        try {
            return Files.isSymbolicLink(PID_NAMESPACE)
                    ? Files.readSymbolicLink(PID_NAMESPACE).toString().replaceAll("\\D", "")
                    : "0";
        } catch (IOException e) {
            return "0";
        }
    }

    /** Removes a folder and the files in it, if it is there. */
    public static void remove(Path folder) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (var files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "could not remove " + folder, e);
        }
    }
}
