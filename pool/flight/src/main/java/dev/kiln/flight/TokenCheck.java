package dev.kiln.flight;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.auth2.Auth2Constants;
import org.apache.arrow.flight.auth2.CallHeaderAuthenticator;
import org.jspecify.annotations.Nullable;

/** Lets calls in that carry the token, and no others. Any thread. */
final class TokenCheck implements CallHeaderAuthenticator {

    private final String token;

    TokenCheck(String token) {
        this.token = token;
    }

    @Override
    public AuthResult authenticate(CallHeaders headers) {
        String given = headers.get(Auth2Constants.AUTHORIZATION_HEADER);
        if (given != null && isToken(after(Auth2Constants.BEARER_PREFIX, given))) {
            return () -> "";
        }
        if (given != null && isToken(password(after(Auth2Constants.BASIC_PREFIX, given)))) {
            return new Handshake();
        }
        throw CallStatus.UNAUTHENTICATED
                .withDescription(
                        "the call carries no valid token: send 'authorization: Bearer <token of the endpoint>'")
                .toRuntimeException();
    }

    private static @Nullable String after(String prefix, String header) {
        return header.regionMatches(true, 0, prefix, 0, prefix.length())
                ? header.substring(prefix.length()).strip()
                : null;
    }

    /** Of {@code user:password}, whoever the user is. */
    private static @Nullable String password(@Nullable String credentials) {
        if (credentials == null) {
            return null;
        }
        try {
            String pair = new String(Base64.getDecoder().decode(credentials), StandardCharsets.UTF_8);
            return pair.substring(pair.indexOf(':') + 1);
        } catch (IllegalArgumentException e) {
            return null; // not base 64
        }
    }

    /** In a time that does not tell how much of it is right. */
    private boolean isToken(@Nullable String candidate) {
        return candidate != null
                && MessageDigest.isEqual(
                        candidate.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
    }

    /** A client that came with a password goes on with the token, as Flight's own clients do. */
    private final class Handshake implements AuthResult {
        @Override
        public String getPeerIdentity() {
            return "";
        }

        @Override
        public void appendToOutgoingHeaders(CallHeaders headers) {
            headers.insert(Auth2Constants.AUTHORIZATION_HEADER, Auth2Constants.BEARER_PREFIX + token);
        }
    }
}
