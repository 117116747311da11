package dev.kiln.runner.wire;

import dev.kiln.runner.wire.Message.Resume;
import dev.kiln.runner.wire.Message.Resumed;

/** What the side that is dialled does with who wants to go on. On the connection's thread. */
public final class Resumption {
    /** The same answer to all who show no secret of a session that may go on: a stranger learns nothing from it. */
    public static final String UNKNOWN = "there is no such session, or it is over";

    private Resumption() {}

    /**
     * Goes on with a session whose secret was shown.
     *
     * @param proof shows the other side who this is
     * @return empty, or why not; then the connection is as it was
     */
    public static String of(Session session, Greeting from, Resume resume, byte[] proof) {
        try {
            boolean goesOn = session.resume(from, resume.received(), received -> new Resumed(proof, received));
            return goesOn ? "" : UNKNOWN;
        } catch (ProtocolViolation e) { // it would be the same with every further connection
            return "the session cannot go on: " + e.getMessage();
        }
    }
}
