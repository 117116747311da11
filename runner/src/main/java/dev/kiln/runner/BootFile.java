package dev.kiln.runner;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Properties;

/**
 * What a local runner is told by file, since a command line can be read by everybody: where to dial, and the two secrets by
 * which each side proves to the other who it is.
 *
 * @param runner the runner's id
 * @param home the Unix domain socket of the caller
 * @param token proves the runner to the caller; taken once
 * @param proof proves the caller to the runner
 * @param parentPid the caller's process
 * @param parentStartMark {@link Kiln#startMark} of that process, so that a reused pid is not taken for it
 */
@SuppressWarnings("ArrayRecordComponent") // secrets on their way: whoever makes one owns its arrays
public record BootFile(String runner, Path home, byte[] token, byte[] proof, long parentPid, long parentStartMark) {

    /** Writes the file, for its owner's eyes only. */
    public void write(Path file) throws IOException {
        var properties = new Properties();
        properties.setProperty("runner", runner);
        properties.setProperty("home", home.toString());
        properties.setProperty("token", HexFormat.of().formatHex(token));
        properties.setProperty("proof", HexFormat.of().formatHex(proof));
        properties.setProperty("parent.pid", Long.toString(parentPid));
        properties.setProperty("parent.started", Long.toString(parentStartMark));
        var text = new StringWriter();
        properties.store(text, null);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, text.toString(), StandardOpenOption.WRITE);
    }

    /** Reads the file and deletes it. */
    static BootFile take(Path file) throws IOException {
        var properties = new Properties();
        properties.load(new StringReader(Files.readString(file)));
        Files.delete(file);
        return new BootFile(
                value(properties, "runner"),
                Path.of(value(properties, "home")),
                HexFormat.of().parseHex(value(properties, "token")),
                HexFormat.of().parseHex(value(properties, "proof")),
                Long.parseLong(value(properties, "parent.pid")),
                Long.parseLong(value(properties, "parent.started")));
    }

    private static String value(Properties properties, String key) throws IOException {
        String value = properties.getProperty(key);
        if (value == null) {
            throw new IOException("the boot file lacks '" + key + "'");
        }
        return value;
    }
}
