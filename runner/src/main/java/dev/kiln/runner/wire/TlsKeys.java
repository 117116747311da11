package dev.kiln.runner.wire;

/**
 * By what the two ends of a TCP link know each other: a private key, and the self-signed certificate of its public half.
 * Both ends hold the same pair and trust no other, so whoever completes the handshake, from either side, holds the key. They
 * are made anew for each pool, live in memory, and reach a runner by its boot file or a secret, never on a command line.
 *
 * @param privateKey PKCS #8, an elliptic-curve key on P-256
 * @param certificate X.509, DER
 */
@SuppressWarnings("ArrayRecordComponent") // secrets on their way: whoever makes them owns the arrays
public record TlsKeys(byte[] privateKey, byte[] certificate) {

    /** New ones. Takes a third of a second the first time in a process, for the library that writes certificates. */
    public static TlsKeys make() {
        return TlsKeysMaker.make();
    }
}
