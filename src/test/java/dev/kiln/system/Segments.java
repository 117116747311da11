package dev.kiln.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Frames' memory files as the kernel sees them. */
final class Segments {
    private static final String NAME = "/memfd:kiln-frame";

    private Segments() {}

    /** A part of a process's address space that is a memory file's. */
    record Mapping(long from, long to, String inode) {
        boolean contains(long address, long length) {
            return from <= address && address + length <= to;
        }
    }

    /** What a process has mapped; nothing if it is gone. */
    static List<Mapping> of(String process) {
        List<Mapping> found = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(Path.of("/proc", process, "maps"))) {
                if (line.contains(NAME)) {
                    String[] fields = line.split("\\s+", -1); // range, permissions, offset, device, inode, path
                    String[] range = fields[0].split("-", 2);
                    found.add(new Mapping(
                            Long.parseUnsignedLong(range[0], 16), Long.parseUnsignedLong(range[1], 16), fields[4]));
                }
            }
        } catch (IOException e) {
            return List.of();
        }
        return found;
    }

    static Set<String> inodes(List<Mapping> mappings) {
        Set<String> inodes = new HashSet<>();
        mappings.forEach(mapping -> inodes.add(mapping.inode()));
        return inodes;
    }

    /** Those of these memory files that any process still has mapped: an owner has all of its own mapped. */
    static Set<String> leftOf(Set<String> inodes) {
        Set<String> left = new HashSet<>();
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            processes.forEach(
                    process -> left.addAll(inodes(of(process.getFileName().toString()))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        left.retainAll(inodes);
        return left;
    }

    /** How many a process has open. */
    static long files(long pid) {
        long files = 0;
        try (var open = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (Path file : open) {
                files += isSegment(file) ? 1 : 0;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    private static boolean isSegment(Path file) throws IOException {
        try {
            return Files.readSymbolicLink(file).toString().startsWith(NAME);
        } catch (NoSuchFileException e) {
            return false; // it was closed while we looked
        }
    }

    /** How many bytes this process has in memory files of its own, which it need not have mapped. */
    static long bytesInMemory() {
        long bytes = 0;
        try (var open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path file : open) {
                bytes += bytes(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes;
    }

    private static long bytes(Path file) throws IOException {
        try {
            return isSegment(file) ? Files.size(file) : 0;
        } catch (NoSuchFileException e) {
            return 0; // it was closed while we looked
        }
    }
}
