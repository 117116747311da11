package dev.kiln.runner;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Names the classes that a program runs with. Caller and runner must agree on it, since a lambda is found by a number that
 * the compiler gave it: another build would run another lambda.
 *
 * <p>It is a hash of the contents of the program's classes, taken when the program is built and carried by it as the resource
 * {@value #RESOURCE}: in the jar that a class path begins with, in a Quarkus application, whose extension puts it there for
 * JVM and native executable alike, and in any native image ({@link BuildIdFeature}). Nothing else is read then. A program
 * without it computes the same hash of its class path when it first needs it, which takes 0.1 to 0.2 s for 20,000
 * classes in 70 jars. One in a folder is not believed: who compiles there anew does not write it anew.
 *
 * <p>A build writes it by running this class with the program's class path, before the program's jar is packed:
 *
 * {@snippet lang = "shell" :
 * java --class-path target/classes:lib/* dev.kiln.runner.BuildId target/classes
 * }
 */
public final class BuildId {
    /** Where a program carries its build id: one line of UTF-8. */
    public static final String RESOURCE = "META-INF/kiln/build-id";

    private BuildId() {}

    /**
     * The build id of this program: that of the classes on the disk when it was first asked for. It stays what it was, since
     * this process goes on with what it has loaded.
     *
     * @throws UncheckedIOException if the class path cannot be read
     */
    public static String current() {
        return Current.ID;
    }

    /**
     * The id of a program that consists of these jars and folders, from their contents alone. Times, paths, the order of what
     * is in a jar or folder and whether it is the one or the other change nothing, nor does what is no class. Of two classes
     * of one name the first counts, as for the JVM; what is not there is left out, as it leaves it out.
     *
     * @throws UncheckedIOException if one of them is there and cannot be read
     */
    public static String of(List<Path> classPath) {
        var hash = new ClassPathHash();
        for (Path entry : classPath) {
            hash.add(entry);
        }
        return hash.value();
    }

    /**
     * What a program with this class path says of itself: what the jar that it begins with carries, else
     * {@link #of(List)}. Only the first, as the program's own: a library may be a program elsewhere.
     */
    static String carriedBy(List<Path> classPath) {
        if (!classPath.isEmpty() && Files.isRegularFile(classPath.getFirst())) {
            Path first = classPath.getFirst();
            try (JarIndex jar = JarIndex.open(first)) {
                byte @Nullable [] carried = jar.read(RESOURCE);
                if (carried != null) {
                    return text(carried);
                }
            } catch (IOException e) {
                throw ClassPathHash.unreadable(first, e);
            }
        }
        return of(classPath);
    }

    /** The jars and folders of a path as the JVM has it in its system properties. */
    static List<Path> entries(String classPath) {
        List<Path> entries = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator, -1)) {
            if (!entry.isEmpty()) {
                entries.add(Path.of(entry));
            }
        }
        return entries;
    }

    /** This process's class path, and behind it the modules of its module path. */
    private static List<Path> ownPath() {
        List<Path> path = new ArrayList<>(entries(System.getProperty("java.class.path", "")));
        for (Path entry : entries(System.getProperty("jdk.module.path", ""))) {
            path.add(entry);
            try (var modules = Files.isDirectory(entry) ? Files.newDirectoryStream(entry, "*.jar") : null) {
                if (modules != null) {
                    modules.forEach(path::add);
                }
            } catch (IOException e) {
                throw ClassPathHash.unreadable(entry, e);
            }
        }
        return path;
    }

    private static String text(byte[] resource) {
        return new String(resource, StandardCharsets.UTF_8).strip();
    }

    /**
     * Prints the id of this process's class path and, with an argument, writes it below that folder as {@link #RESOURCE}.
     * What jars of the class path carry is not believed here.
     */
    public static void main(String[] arguments) throws IOException {
        String id = of(ownPath());
        if (arguments.length > 0) {
            Path file = Path.of(arguments[0]).resolve(RESOURCE);
            Files.createDirectories(Objects.requireNonNull(file.getParent()));
            Files.writeString(file, id + "\n");
        }
        System.out.println(id);
    }

    private static final class Current {
        private static final String IMAGE = "org.graalvm.nativeimage.imagecode";
        static final String ID = find();

        private static String find() {
            ClassLoader loader = Objects.requireNonNull(BuildId.class.getClassLoader());
            boolean image = System.getProperty(IMAGE) != null;
            if (!image && loader.equals(ClassLoader.getSystemClassLoader())) {
                // Not by the loader: it would open every jar to find nothing, which takes longer than the hash.
                return carriedBy(ownPath());
            }
            URL carried = loader.getResource(RESOURCE);
            if (carried != null && !carried.getProtocol().equals("file")) {
                try (var in = carried.openStream()) {
                    return text(in.readAllBytes());
                } catch (IOException e) {
                    throw new UncheckedIOException("cannot read " + carried, e);
                }
            }
            if (image) {
                throw new IllegalStateException("this executable carries no " + RESOURCE
                        + ": build it with the native-image.properties of the jar kiln-runner, which puts it there");
            }
            return of(ownPath());
        }
    }
}
