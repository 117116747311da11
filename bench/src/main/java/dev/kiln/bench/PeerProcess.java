package dev.kiln.bench;

import dev.kiln.runner.RemoteCallable;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;

/** A {@link Peer} and the ways to it. The socket is for one thread, RMI for any. */
final class PeerProcess implements AutoCloseable {
    private final Path folder;
    private final Process process;
    private final Computer stub;
    private final SocketChannel channel;
    private final ByteBuffer message = ByteBuffer.allocateDirect(Peer.MESSAGE);

    private PeerProcess(Path folder, Process process, Computer stub, SocketChannel channel) {
        this.folder = folder;
        this.process = process;
        this.stub = stub;
        this.channel = channel;
    }

    static PeerProcess start() throws IOException, ClassNotFoundException {
        Path folder = Files.createTempDirectory("kiln-bench-peer");
        Path socket = folder.resolve("socket");
        // the collector is that of Kiln's runners
        List<String> options = List.of("-Djava.rmi.server.hostname=127.0.0.1", "-XX:+UseSerialGC");
        Process process = JavaProcess.of(options, Peer.class, socket.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader output = process.inputReader();
        String printed = output.readLine();
        if (printed == null) {
            throw new IOException("the peer process did not start: exit code " + process.exitValue());
        }
        byte[] stub = Base64.getDecoder().decode(printed);
        try (var in = new ObjectInputStream(new ByteArrayInputStream(stub))) {
            var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
            return new PeerProcess(folder, process, (Computer) in.readObject(), channel);
        }
    }

    Computer rmi() {
        return stub;
    }

    <T> T callByRmi(RemoteCallable<T> work) {
        try {
            return stub.run(work);
        } catch (Exception e) {
            throw new IllegalStateException("RMI failed", e);
        }
    }

    /** Sends a message with a number and waits for the one that comes back. */
    int pingPong(int number) throws IOException {
        message.clear();
        message.putInt(0, number);
        while (message.hasRemaining()) {
            channel.write(message);
        }
        if (!Peer.readFully(channel, message)) {
            throw new IOException("the peer closed the socket");
        }
        return message.getInt(0);
    }

    @Override
    public void close() throws IOException {
        channel.close();
        process.getOutputStream().close();
        int _ = process.onExit().join().exitValue();
        Files.deleteIfExists(folder.resolve("socket"));
        Files.deleteIfExists(folder);
    }
}
