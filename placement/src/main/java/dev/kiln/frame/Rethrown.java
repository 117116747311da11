package dev.kiln.frame;

import dev.kiln.gc.ProcessRef;
import java.util.stream.Stream;

/** A failure of another party as this one throws it: of the same kind where the user may act on it. */
final class Rethrown {

    private Rethrown() {}

    /**
     * The failure as it is thrown here.
     *
     * @param failure as it arrived, with the stack trace of over there
     * @return of the same class, with the stack traces of both sides
     */
    static RuntimeException here(Throwable failure, ProcessRef owner) {
        return switch (failure) {
            case FrameLost lost -> new FrameLost(message(lost), lost);
            case FrameRefused refused -> new FrameRefused(message(refused), refused);
            case QueryInterrupted interrupted -> new QueryInterrupted(message(interrupted), interrupted);
            case QueryFailed failed ->
                new QueryFailed(
                        failed.verb(),
                        failed.statement(),
                        between(message(failed), failed.verb() + " failed: ", "\n  statement: " + failed.statement()),
                        failed);
            case NotTransferable refused ->
                new NotTransferable(
                        refused.path(), between(message(refused), "cannot send " + refused.path() + ": ", ""), refused);
            case RuntimeException other -> {
                StackTraceElement border =
                        new StackTraceElement("--- on " + owner.name() + ", asked here:", "---", null, -1);
                other.setStackTrace(Stream.of(
                                Stream.of(other.getStackTrace()),
                                Stream.of(border),
                                Stream.of(new Throwable().getStackTrace()))
                        .flatMap(elements -> elements)
                        .toArray(StackTraceElement[]::new));
                yield other;
            }
            default -> RemoteFailure.of(failure);
        };
    }

    private static String message(Throwable failure) {
        return String.valueOf(failure.getMessage());
    }

    private static String between(String message, String before, String after) {
        return message.startsWith(before)
                        && message.endsWith(after)
                        && message.length() >= before.length() + after.length()
                ? message.substring(before.length(), message.length() - after.length())
                : message;
    }
}
