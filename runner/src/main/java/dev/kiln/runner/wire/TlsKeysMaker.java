package dev.kiln.runner.wire;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Makes {@link TlsKeys}: the JDK the key and the signature, Bouncy Castle the form of the certificate. Not part of
 * {@code TlsKeys}, because a runner, which only reads them, would load the library with that class.
 */
final class TlsKeysMaker {
    /** Not the time of making: the clocks of other machines need not agree with ours. */
    private static final Date FROM = Date.from(Instant.EPOCH);
    /** What a certificate says that does not expire. Source: RFC 5280, section 4.1.2.5. */
    private static final Date UNTIL = Date.from(Instant.parse("9999-12-31T23:59:59Z"));

    private TlsKeysMaker() {}

    static TlsKeys make() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            var name = new X500Name("CN=kiln");
            var subject = SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded());
            var certificate = new X509v3CertificateBuilder(name, BigInteger.ONE, FROM, UNTIL, name, subject);
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate());
            return new TlsKeys(
                    pair.getPrivate().getEncoded(), certificate.build(signer).getEncoded());
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("this JVM cannot make keys for TLS (EC on P-256): " + e.getMessage(), e);
        }
    }
}
