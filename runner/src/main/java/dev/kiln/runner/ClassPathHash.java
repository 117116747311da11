package dev.kiln.runner;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.zip.CRC32;
import java.util.zip.ZipException;

/**
 * A hash of the classes that a class path has: of each name, with size and CRC-32 of the class. Jars have these in their
 * directories, so nothing is unpacked. It tells builds apart, and is no protection against somebody who makes an equal one.
 *
 * <p>It runs in the first milliseconds of a runner, before anything is compiled: hence arrays and few calls where each of some
 * ten thousand classes passes. Used by one thread.
 */
final class ClassPathHash implements JarIndex.Visitor {
    private static final String CLASS = ".class";
    private static final byte[] INFO = "-info.class".getBytes(StandardCharsets.UTF_8);

    private final CRC32 crc = new CRC32();
    private final Set<Path> visited = new HashSet<>();
    /** The names that were seen, as their hashes, 0 where none is; at most half full. Its length is a power of two. */
    private long[] names = new long[1 << 15];

    private int classes;
    private long sum;

    /** Adds a jar with what its manifest's {@code Class-Path} names, or a folder; nothing if there is none. */
    void add(Path entry) {
        if (!visited.add(entry.toAbsolutePath().normalize())) {
            return;
        }
        try {
            if (Files.isDirectory(entry)) {
                addFolder(entry);
            } else if (Files.isRegularFile(entry)) {
                addJar(entry);
            }
        } catch (ZipException e) {
            // A jar that the JVM cannot read either: it finds no class there, and says nothing.
        } catch (IOException e) {
            throw unreadable(entry, e);
        }
    }

    static UncheckedIOException unreadable(Path entry, IOException e) {
        return new UncheckedIOException("cannot read the class path entry " + entry + ": " + e.getMessage(), e);
    }

    /** The hash in 16 hexadecimal digits, and the number of classes. */
    String value() {
        String digits = Long.toHexString(sum);
        return "0".repeat(16 - digits.length()) + digits + "-" + classes; // a format would take longer than ten jars
    }

    private void addFolder(Path folder) throws IOException {
        Files.walkFileTree(
                folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                        if (file.toString().endsWith(CLASS)) {
                            byte[] content = Files.readAllBytes(file);
                            crc.reset();
                            crc.update(content);
                            String name = folder.relativize(file).toString().replace('\\', '/');
                            byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
                            entry(utf8, 0, utf8.length, (int) crc.getValue(), content.length);
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                        if (e instanceof FileSystemLoopException) {
                            return FileVisitResult.CONTINUE; // a link to a folder above: it has been there
                        }
                        throw e;
                    }
                });
    }

    private void addJar(Path file) throws IOException {
        String classPath;
        try (JarIndex jar = JarIndex.open(file)) {
            jar.forEach(CLASS, this);
            classPath = jar.manifestClassPath();
        }
        for (var urls = new StringTokenizer(classPath); urls.hasMoreTokens(); ) {
            follow(file, urls.nextToken());
        }
    }

    /** Adds what a manifest names, relative to its jar; what is no file is left out, as the JVM leaves it out. */
    private void follow(Path jar, String url) {
        try {
            URI uri = jar.toUri().resolve(url);
            if ("file".equals(uri.getScheme())) {
                add(Path.of(uri));
            }
        } catch (IllegalArgumentException e) {
            // No URL, or none of this machine.
        }
    }

    /** Adds a class. */
    @Override
    public void entry(byte[] bytes, int name, int length, int contentCrc, int size) {
        int end = name + length;
        if (length > INFO.length
                && bytes[end - INFO.length] == INFO[0]
                && Arrays.equals(bytes, end - INFO.length, end, INFO, 0, INFO.length)) {
            return; // of a module or package: many jars have one of the same name, and nothing in it runs
        }
        crc.reset();
        crc.update(bytes, name, length);
        // Two names with one CRC-32 are likely among as many as this; a little more of them makes that rare.
        long hash = mixed(crc.getValue() << 32 | length << 16 | bytes[name + length / 2] << 8 | bytes[name]);
        if (isNew(hash == 0 ? 1 : hash)) {
            classes++;
            // A sum, so that the order does not matter; what is added depends on all bits of name, contents and size.
            sum += mixed(hash ^ ((long) contentCrc << 32 | (size & 0xffff_ffffL)));
        }
    }

    private boolean isNew(long name) {
        if (classes * 2 >= names.length) {
            grow();
        }
        int slot = (int) name & (names.length - 1);
        while (names[slot] != 0) {
            if (names[slot] == name) {
                return false;
            }
            slot = (slot + 1) & (names.length - 1);
        }
        names[slot] = name;
        return true;
    }

    private void grow() {
        long[] old = names;
        names = new long[old.length * 2];
        classes = 0;
        for (long name : old) {
            if (name != 0) {
                isNew(name);
                classes++;
            }
        }
    }

    /** Source: the finalizer of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). */
    private static long mixed(long z) {
        long y = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        long x = (y ^ (y >>> 27)) * 0x94d049bb133111ebL;
        return x ^ (x >>> 31);
    }
}
