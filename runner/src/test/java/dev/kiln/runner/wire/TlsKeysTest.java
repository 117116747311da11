package dev.kiln.runner.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TlsKeysTest {

    private static X509Certificate certificate(TlsKeys keys) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(keys.certificate()));
    }

    @Test
    @DisplayName("W-02: the certificate is of the key, signed by it, and valid whatever the clock says")
    void theCertificateIsOfTheKey() throws Exception {
        TlsKeys keys = TlsKeys.make();
        X509Certificate certificate = certificate(keys);
        certificate.verify(certificate.getPublicKey());
        certificate.checkValidity(Date.from(Instant.EPOCH));
        certificate.checkValidity(Date.from(Instant.parse("3000-01-01T00:00:00Z")));
        PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(keys.privateKey()));
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(key);
        signature.update(keys.certificate());
        byte[] signed = signature.sign();
        signature.initVerify(certificate);
        signature.update(keys.certificate());
        assertTrue(signature.verify(signed));
    }

    @Test
    @DisplayName("W-02: each pool has keys of its own")
    void eachPoolHasKeysOfItsOwn() {
        TlsKeys one = TlsKeys.make();
        TlsKeys other = TlsKeys.make();
        assertFalse(Arrays.equals(one.privateKey(), other.privateKey()));
        assertFalse(Arrays.equals(one.certificate(), other.certificate()));
    }

    @Test
    @DisplayName("W-02: a key never shows in what is printed")
    void aKeyNeverShowsInWhatIsPrinted() {
        TlsKeys keys = TlsKeys.make();
        assertFalse(keys.toString().contains(Integer.toString(keys.privateKey()[10]) + ", "), keys.toString());
        assertEquals(-1, keys.toString().indexOf(java.util.HexFormat.of().formatHex(keys.privateKey())));
    }
}
