package dev.kiln.runner;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Prints to the stream of the call on whose thread it is used, elsewhere to that of the process. Each method is passed on as
 * a whole, so that no lock of this one stream is held while one call's stream blocks. Any thread.
 */
@SuppressWarnings("AnnotateFormatMethod") // the signatures are those of PrintStream
final class CallPrintStream extends PrintStream {
    private final PrintStream process;
    private final boolean error;

    CallPrintStream(PrintStream process, boolean error) {
        super(OutputStream.nullOutputStream(), false, process.charset());
        this.process = process;
        this.error = error;
    }

    private PrintStream target() {
        return CallOutput.CURRENT.isBound() ? CallOutput.CURRENT.get().stream(error) : process;
    }

    @Override
    public void flush() {
        target().flush();
    }

    /** Closes nothing: other calls print here too. */
    @Override
    public void close() {
        flush();
    }

    @Override
    public boolean checkError() {
        return target().checkError();
    }

    @Override
    public Charset charset() {
        return process.charset();
    }

    @Override
    public void write(int oneByte) {
        target().write(oneByte);
    }

    @Override
    public void write(byte[] bytes, int from, int count) {
        target().write(bytes, from, count);
    }

    @Override
    public void write(byte[] bytes) {
        target().write(bytes, 0, bytes.length);
    }

    @Override
    public void writeBytes(byte[] bytes) {
        target().write(bytes, 0, bytes.length);
    }

    @Override
    public void print(boolean value) {
        target().print(value);
    }

    @Override
    public void print(char value) {
        target().print(value);
    }

    @Override
    public void print(int value) {
        target().print(value);
    }

    @Override
    public void print(long value) {
        target().print(value);
    }

    @Override
    public void print(float value) {
        target().print(value);
    }

    @Override
    public void print(double value) {
        target().print(value);
    }

    @Override
    public void print(char[] value) {
        target().print(value);
    }

    @Override
    public void print(@Nullable String value) {
        target().print(value);
    }

    @Override
    public void print(@Nullable Object value) {
        target().print(value);
    }

    @Override
    public void println(boolean value) {
        target().println(value);
    }

    @Override
    public void println(char value) {
        target().println(value);
    }

    @Override
    public void println(int value) {
        target().println(value);
    }

    @Override
    public void println(long value) {
        target().println(value);
    }

    @Override
    public void println(float value) {
        target().println(value);
    }

    @Override
    public void println(double value) {
        target().println(value);
    }

    @Override
    public void println(char[] value) {
        target().println(value);
    }

    @Override
    public void println(@Nullable String value) {
        target().println(value);
    }

    @Override
    public void println(@Nullable Object value) {
        target().println(value);
    }

    @Override
    public void println() {
        target().println();
    }

    @Override
    public PrintStream printf(String format, @Nullable Object... arguments) {
        return format(format, arguments);
    }

    @Override
    public PrintStream printf(@Nullable Locale locale, String format, @Nullable Object... arguments) {
        return format(locale, format, arguments);
    }

    @Override
    public PrintStream format(String format, @Nullable Object... arguments) {
        target().format(format, arguments);
        return this;
    }

    @Override
    public PrintStream format(@Nullable Locale locale, String format, @Nullable Object... arguments) {
        target().format(locale, format, arguments);
        return this;
    }

    @Override
    public PrintStream append(@Nullable CharSequence text) {
        target().append(text);
        return this;
    }

    @Override
    public PrintStream append(@Nullable CharSequence text, int from, int to) {
        target().append(text, from, to);
        return this;
    }

    @Override
    public PrintStream append(char letter) {
        target().append(letter);
        return this;
    }
}
