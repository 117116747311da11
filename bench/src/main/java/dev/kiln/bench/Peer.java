package dev.kiln.bench;

import dev.kiln.runner.RemoteCallable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.rmi.server.UnicastRemoteObject;
import java.util.Base64;

/** The process on the other side of RMI and of the bare socket. Ends with its standard input. */
public final class Peer implements Computer {
    /** The size of a message on the bare socket, in bytes. */
    static final int MESSAGE = 64;

    private Peer() {}

    /** Serves the socket at the path that is the only argument, prints the stub of RMI in Base64, and waits. */
    public static void main(String[] arguments) throws Exception {
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(Path.of(arguments[0])));
            Thread.ofPlatform().daemon().start(() -> echo(server));
            var peer = new Peer();
            var stub = new ByteArrayOutputStream();
            try (var out = new ObjectOutputStream(stub)) {
                out.writeObject(UnicastRemoteObject.exportObject(peer, 0));
            }
            System.out.println(Base64.getEncoder().encodeToString(stub.toByteArray()));
            int end = System.in.read();
            UnicastRemoteObject.unexportObject(peer, true);
            System.exit(end < 0 ? 0 : 1);
        }
    }

    @Override
    public <T> T run(RemoteCallable<T> work) throws Exception {
        return work.call();
    }

    private static void echo(ServerSocketChannel server) {
        try (SocketChannel channel = server.accept()) {
            ByteBuffer message = ByteBuffer.allocateDirect(MESSAGE);
            while (readFully(channel, message)) {
                message.flip();
                message.putInt(0, message.getInt(0) + 1);
                while (message.hasRemaining()) {
                    channel.write(message);
                }
            }
        } catch (IOException e) {
            System.err.println("the socket broke: " + e);
        }
    }

    /** Reads a message; @return false at the end */
    static boolean readFully(SocketChannel channel, ByteBuffer message) throws IOException {
        message.clear();
        while (message.hasRemaining()) {
            if (channel.read(message) < 0) {
                return false;
            }
        }
        return true;
    }
}
