package dev.kiln.runner;

import dev.kiln.runner.wire.TlsKeys;
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
 * What a local runner is told by file, since a command line can be read by everybody: where to dial, the two secrets by which
 * each side proves to the other who it is, and for TCP the keys of the pool.
 *
 * @param runner the runner's id
 * @param home where the caller is
 * @param folder the caller's folder, which the runner removes if the caller is killed
 * @param token proves the runner to the caller; taken once
 * @param proof proves the caller to the runner
 * @param parentPid the caller's process
 * @param parentStartMark {@link Kiln#startMark} of that process, so that a reused pid is not taken for it
 */
@SuppressWarnings("ArrayRecordComponent") // secrets on their way: whoever makes one owns its arrays
public record BootFile(
        String runner, Home home, Path folder, byte[] token, byte[] proof, long parentPid, long parentStartMark) {

    /** Writes the file, for its owner's eyes only. */
    public void write(Path file) throws IOException {
        var properties = new Properties();
        properties.setProperty("runner", runner);
        switch (home) {
            case Home.Socket socket ->
                properties.setProperty("home", socket.path().toString());
            case Home.Tcp tcp -> {
                properties.setProperty("home.host", tcp.host());
                properties.setProperty("home.port", Integer.toString(tcp.port()));
                properties.setProperty("home.key", hex(tcp.keys().privateKey()));
                properties.setProperty("home.certificate", hex(tcp.keys().certificate()));
            }
        }
        properties.setProperty("folder", folder.toString());
        properties.setProperty("token", hex(token));
        properties.setProperty("proof", hex(proof));
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
                home(properties),
                Path.of(value(properties, "folder")),
                bytes(properties, "token"),
                bytes(properties, "proof"),
                Long.parseLong(value(properties, "parent.pid")),
                Long.parseLong(value(properties, "parent.started")));
    }

    private static Home home(Properties properties) throws IOException {
        if (!properties.containsKey("home.host")) {
            return new Home.Socket(Path.of(value(properties, "home")));
        }
        return new Home.Tcp(
                value(properties, "home.host"),
                Integer.parseInt(value(properties, "home.port")),
                new TlsKeys(bytes(properties, "home.key"), bytes(properties, "home.certificate")));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static byte[] bytes(Properties properties, String key) throws IOException {
        return HexFormat.of().parseHex(value(properties, key));
    }

    private static String value(Properties properties, String key) throws IOException {
        String value = properties.getProperty(key);
        if (value == null) {
            throw new IOException("the boot file lacks '" + key + "'");
        }
        return value;
    }
}
