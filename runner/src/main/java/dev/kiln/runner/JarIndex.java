package dev.kiln.runner;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.jar.Manifest;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * The central directory of a jar as one array, for reading many jars once: {@link java.util.zip.ZipFile} makes a table of each
 * for finding entries, which takes five times as long. A file that is no jar has no entries, as for the JVM's class path.
 *
 * <p>Source: APPNOTE.TXT 6.3.10, sections 4.3.12 to 4.3.16 (PKWARE).
 */
final class JarIndex implements AutoCloseable {
    private static final int ENTRY = 46;
    private static final int ENTRY_SIGNATURE = 0x02014b50;
    private static final int LOCAL = 30;
    private static final int END = 22;
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int END_64 = 56;
    private static final int END_64_SIGNATURE = 0x06064b50;
    private static final int LOCATOR_64 = 20;
    private static final int LOCATOR_64_SIGNATURE = 0x07064b50;
    private static final int LONGEST_COMMENT = 0xffff;
    private static final int USUAL_MANIFEST = 1 << 15;

    private final RandomAccessFile file;
    private byte[] directory = new byte[0];
    /** What is to be added to the places that the directory gives: a jar may begin with something else, as a script. */
    private long shift;

    private JarIndex(RandomAccessFile file) {
        this.file = file;
    }

    /** @throws IOException if the file cannot be read, or is a jar that ends too early */
    static JarIndex open(Path path) throws IOException {
        var jar = new JarIndex(new RandomAccessFile(path.toFile(), "r"));
        try {
            jar.readDirectory();
            return jar;
        } catch (IOException | RuntimeException e) {
            try (jar) {
                throw e;
            }
        }
    }

    private void readDirectory() throws IOException {
        long length = file.length();
        long end = length - END;
        byte[] record = end < 0 ? new byte[END] : bytes(end, END);
        if (u4(record, 0) != END_SIGNATURE) { // there is a comment behind it, or it is no jar
            int tail = (int) Math.min(length, END + LONGEST_COMMENT);
            byte[] last = bytes(length - tail, tail);
            int at = tail - END;
            while (at >= 0 && u4(last, at) != END_SIGNATURE) {
                at--;
            }
            if (at < 0) {
                return;
            }
            end = length - tail + at;
            record = Arrays.copyOfRange(last, at, at + END);
        }
        long size = u4(record, 12) & 0xffff_ffffL;
        long offset = u4(record, 16) & 0xffff_ffffL;
        if (end >= LOCATOR_64) {
            byte[] locator = bytes(end - LOCATOR_64, LOCATOR_64);
            // Directly before the end of the directory, if there is one at all.
            long end64 = end - LOCATOR_64 - END_64;
            if (u4(locator, 0) == LOCATOR_64_SIGNATURE && end64 >= 0) {
                byte[] record64 = bytes(end64, END_64);
                if (u4(record64, 0) == END_64_SIGNATURE) {
                    end = end64;
                    size = u8(record64, 40);
                    offset = u8(record64, 48);
                }
            }
        }
        long start = end - size;
        if (start < 0 || size > Integer.MAX_VALUE - 8) {
            throw new ZipException("its directory of " + size + " bytes does not fit before byte " + end);
        }
        shift = start - offset;
        directory = bytes(start, (int) size);
    }

    /** Takes an entry: its name in UTF-8 as a part of {@code bytes}, and the CRC-32 and number of its unpacked bytes. */
    interface Visitor {
        void entry(byte[] bytes, int name, int length, int crc, int size);
    }

    /** Shows the entries whose names end so, in their order. In one piece, for it runs before anything is compiled. */
    void forEach(String suffix, Visitor visitor) throws ZipException {
        byte[] bytes = directory;
        byte[] end = suffix.getBytes(StandardCharsets.UTF_8);
        byte last = end[end.length - 1];
        for (int at = 0; at + ENTRY <= bytes.length; ) {
            int length = (bytes[at + 28] & 0xff) | (bytes[at + 29] & 0xff) << 8;
            int extra = (bytes[at + 30] & 0xff) | (bytes[at + 31] & 0xff) << 8;
            int comment = (bytes[at + 32] & 0xff) | (bytes[at + 33] & 0xff) << 8;
            int behind = at + ENTRY + length;
            if (bytes[at] != 'P' || bytes[at + 1] != 'K' || behind > bytes.length) {
                throw new ZipException("its directory is damaged at byte " + at);
            }
            if (length > end.length
                    && bytes[behind - 1] == last
                    && Arrays.equals(bytes, behind - end.length, behind, end, 0, end.length)) {
                visitor.entry(bytes, at + ENTRY, length, u4(bytes, at + 16), u4(bytes, at + 24));
            }
            at = behind + extra + comment;
        }
    }

    /** The contents of the entry of that name; null if there is none. */
    byte @Nullable [] read(String name) throws IOException {
        int entry = find(name);
        return entry < 0 ? null : contents(entry, u4(directory, entry + 24));
    }

    /** Where the entry of that name begins in the directory; -1 if there is none. */
    private int find(String name) throws ZipException {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at + ENTRY <= directory.length; ) {
            int from = at + ENTRY;
            int behind = from + u2(directory, at + 28);
            if (u4(directory, at) != ENTRY_SIGNATURE || behind > directory.length) {
                throw new ZipException("its directory is damaged at byte " + at);
            }
            if (Arrays.equals(directory, from, behind, utf8, 0, utf8.length)) {
                return at;
            }
            at = behind + u2(directory, at + 30) + u2(directory, at + 32);
        }
        return -1;
    }

    /** The manifest's {@code Class-Path}: URLs with spaces between; empty if there is none. */
    String manifestClassPath() throws IOException {
        int entry = find("META-INF/MANIFEST.MF");
        if (entry < 0) {
            return "";
        }
        // That of a signed jar has megabytes for its entries, and what is wanted is in front of them.
        int size = u4(directory, entry + 24);
        byte[] manifest = contents(entry, Math.min(size, USUAL_MANIFEST));
        int end = endOfMainSection(manifest);
        if (end < 0 && size > USUAL_MANIFEST) {
            manifest = contents(entry, size);
            end = endOfMainSection(manifest);
        }
        byte[] main = end < 0 ? manifest : Arrays.copyOf(manifest, end);
        if (!new String(main, StandardCharsets.ISO_8859_1).contains("Class-Path:")) {
            return "";
        }
        String value =
                new Manifest(new ByteArrayInputStream(main)).getMainAttributes().getValue("Class-Path");
        return value == null ? "" : value;
    }

    /** Behind the first line that is empty; -1 if there is none. */
    private static int endOfMainSection(byte[] manifest) {
        int line = 0;
        for (int i = 0; i < manifest.length; i++) {
            if (manifest[i] == '\n') {
                if (i - line == 0 || (i - line == 1 && manifest[line] == '\r')) {
                    return i + 1;
                }
                line = i + 1;
            }
        }
        return -1;
    }

    /** The first bytes of an entry's contents. No more of the file is read than they take. */
    private byte[] contents(int entry, int most) throws IOException {
        long local = (u4(directory, entry + 42) & 0xffff_ffffL) + shift;
        byte[] header = bytes(local, LOCAL);
        long from = local + LOCAL + u2(header, 26) + u2(header, 28);
        if (u2(directory, entry + 10) == 0) {
            return bytes(from, most);
        }
        long end = from + (u4(directory, entry + 20) & 0xffff_ffffL);
        byte[] contents = new byte[most];
        try (var inflater = new Inflater(true)) {
            for (int read = 0; read < most; ) {
                if (inflater.needsInput()) {
                    byte[] packed = bytes(from, (int) Math.min(end - from, USUAL_MANIFEST));
                    from += packed.length;
                    inflater.setInput(packed);
                }
                int more = inflater.inflate(contents, read, most - read);
                if (more == 0 && (from == end || inflater.finished())) {
                    throw new ZipException("an entry ends after " + read + " of " + most + " bytes");
                }
                read += more;
            }
            return contents;
        } catch (DataFormatException e) {
            throw new ZipException("an entry cannot be unpacked: " + e.getMessage());
        }
    }

    private byte[] bytes(long from, int count) throws IOException {
        if (from < 0 || count < 0 || from + count > file.length()) {
            throw new ZipException("bytes " + from + " to " + (from + count) + " are not in it");
        }
        byte[] bytes = new byte[count];
        file.seek(from);
        file.readFully(bytes);
        return bytes;
    }

    private static int u2(byte[] bytes, int at) {
        return (bytes[at] & 0xff) | (bytes[at + 1] & 0xff) << 8;
    }

    private static int u4(byte[] bytes, int at) {
        return u2(bytes, at) | u2(bytes, at + 2) << 16;
    }

    private static long u8(byte[] bytes, int at) {
        return (u4(bytes, at) & 0xffff_ffffL) | (long) u4(bytes, at + 4) << 32;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
