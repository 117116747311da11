package dev.kiln.system;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Another caller: a program of these tests in a process of its own, whose output can be waited for. */
final class JavaProgram implements AutoCloseable {
    private static final String END = "\0";

    private final Process process;
    private final List<String> output = new ArrayList<>(); // guarded by itself
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Thread reader;

    private JavaProgram(Process process) {
        this.process = process;
        this.reader = Thread.ofVirtual().start(this::read);
    }

    static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    static JavaProgram start(Class<?> main, String... arguments) throws IOException {
        return start(List.of("-cp", classPath(), main.getName()), List.of(arguments));
    }

    static JavaProgram start(List<String> options, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(arguments);
        return new JavaProgram(
                new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    private void read() {
        try (var in = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                synchronized (output) {
                    output.add(line);
                }
                lines.add(line);
            }
        } catch (IOException e) {
            lines.add("the output broke: " + e);
        } finally {
            lines.add(END);
        }
    }

    /** Waits for a line with this beginning; @return its rest */
    String await(String beginning) throws InterruptedException {
        for (String line = next(); !line.equals(END); line = next()) {
            if (line.startsWith(beginning)) {
                return line.substring(beginning.length()).strip();
            }
        }
        throw new AssertionError("no line '" + beginning + "…' in:\n" + output());
    }

    private String next() throws InterruptedException {
        String line = lines.poll(60, TimeUnit.SECONDS);
        return line == null ? END : line;
    }

    /** Waits for its end; @return the exit status */
    int status() throws InterruptedException {
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            throw new AssertionError("it does not end:\n" + output());
        }
        reader.join(TimeUnit.SECONDS.toMillis(10));
        return process.exitValue();
    }

    String output() {
        synchronized (output) {
            return String.join("\n", output);
        }
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    void killHard() {
        process.destroyForcibly();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
