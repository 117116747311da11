package dev.kiln.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("R-08: the build id")
class BuildIdTest {
    private static final String A = "com/example/A.class";
    private static final String B = "com/example/B.class";

    @TempDir
    private Path folder;

    private Path jar;
    private Path classes;
    private String before;

    @BeforeEach
    void makeAClassPath() throws IOException {
        jar = jar("a.jar", 1_000_000_000_000L, Deflater.BEST_SPEED, Map.of("lib/L.class", "library"));
        classes = classes("classes", Map.of(A, "class A", B, "class B"));
        before = BuildId.of(List.of(jar, classes));
    }

    @Test
    void saysHowManyClassesThereAre() {
        assertTrue(before.matches("[0-9a-f]{16}-3"), before);
    }

    @Test
    void isThatOfTheContentsNotOfTheirTimesPathsOrPacking() throws IOException {
        Path elsewhere = jar("b/other.jar", 1_700_000_000_000L, 0, Map.of("lib/L.class", "library"));
        Path copy = classes("c/copy", Map.of(B, "class B", A, "class A"));
        Files.setLastModifiedTime(copy.resolve(A), FileTime.fromMillis(1_000));
        assertEquals(before, BuildId.of(List.of(elsewhere, copy)));
        assertEquals(before, BuildId.of(List.of(copy, elsewhere)), "no class is in both");
    }

    @Test
    void isTheSameForFoldersAndJarsInAnyOrderOfTheirEntries() throws IOException {
        var order = new LinkedHashMap<String, String>();
        order.put(B, "class B");
        order.put("notes.txt", "no class");
        order.put(A, "class A");
        Path packed = jar("packed.jar", 0, 9, order);
        Path unpacked = classes("unpacked", Map.of("lib/L.class", "library"));
        assertEquals(before, BuildId.of(List.of(unpacked, packed)));
        order.put("lib/L.class", "library");
        assertEquals(before, BuildId.of(List.of(jar("all.jar", 0, 9, order))), "all in one jar");
    }

    @Test
    void changesWithOneByteOfOneClass() throws IOException {
        FileTime time = Files.getLastModifiedTime(classes.resolve(A));
        Files.writeString(classes.resolve(A), "class a");
        Files.setLastModifiedTime(classes.resolve(A), time);
        assertNotEquals(before, BuildId.of(List.of(jar, classes)));
        Files.writeString(classes.resolve(A), "class A");
        assertEquals(before, BuildId.of(List.of(jar, classes)));

        Path other = jar("a2.jar", 1_000_000_000_000L, Deflater.BEST_SPEED, Map.of("lib/L.class", "Library"));
        assertNotEquals(before, BuildId.of(List.of(other, classes)));
    }

    @Test
    void changesWhenTwoClassesSwapTheirContentsOrOneIsAddedOrRenamed() throws IOException {
        assertNotEquals(before, BuildId.of(List.of(jar, classes("swapped", Map.of(A, "class B", B, "class A")))));
        assertNotEquals(
                before, BuildId.of(List.of(jar, classes("renamed", Map.of(A, "class A", "com/B.class", "class B")))));
        Files.writeString(classes.resolve("com/example/C.class"), "");
        assertNotEquals(before, BuildId.of(List.of(jar, classes)));
    }

    @Test
    void staysWhateverModulesAndPackagesSayOfThemselves() throws IOException {
        Path module =
                jar("module.jar", 0, 9, Map.of("module-info.class", "module", "com/package-info.class", "package"));
        assertEquals(before, BuildId.of(List.of(module, jar, classes)));
    }

    @Test
    void staysWhenTheProgramWritesAFileBesideItsClasses() throws IOException {
        Files.writeString(classes.resolve("events.log"), "started");
        assertEquals(before, BuildId.of(List.of(jar, classes)));
    }

    @Test
    void isThatOfTheFirstOfTwoClassesOfOneNameAsTheJvmRunsIt() throws IOException {
        Path other = classes("other", Map.of(A, "another A"));
        assertEquals(before, BuildId.of(List.of(jar, classes, other)));
        assertNotEquals(before, BuildId.of(List.of(jar, other, classes)));
    }

    @Test
    void ignoresWhatIsNotThereOrIsNoJarAsTheJvmDoes() throws IOException {
        Path noJar = Files.writeString(folder.resolve("no.jar"), "this has no directory");
        Path cut = folder.resolve("cut.jar");
        byte[] bytes = Files.readAllBytes(jar);
        Files.write(cut, Arrays.copyOf(bytes, bytes.length - 30));
        assertEquals(before, BuildId.of(List.of(jar, classes, folder.resolve("gone.jar"), noJar, cut)));
    }

    @Test
    void followsTheClassPathOfAManifestOnce() throws IOException {
        Path application = application(Map.of(), "a.jar classes/ gone.jar application.jar http://example.com/x.jar %");
        assertEquals(before, BuildId.of(List.of(application)));
        assertEquals(before, BuildId.of(List.of(application, jar)));
    }

    @Test
    void readsJarsThatBeginWithAScriptOrEndWithAComment() throws IOException {
        Path application = application(Map.of("lib/L.class", "library"), "classes/");
        byte[] bytes = Files.readAllBytes(application);
        byte[] script = "#!/bin/sh\nexec java -jar \"$0\"\n".getBytes(StandardCharsets.UTF_8);
        byte[] both = new byte[script.length + bytes.length + 10];
        System.arraycopy(script, 0, both, 0, script.length);
        System.arraycopy(bytes, 0, both, script.length, bytes.length);
        both[script.length + bytes.length - 2] = 10; // the length of the comment
        Files.write(application, both);
        assertEquals(before, BuildId.of(List.of(application)));
    }

    @Test
    void readsJarsOfMoreEntriesThanTheirShortDirectoryCanCount() throws IOException {
        var many = new LinkedHashMap<String, String>();
        for (int i = 0; i < 70_000; i++) {
            many.put("C" + i + ".class", "");
        }
        String id = BuildId.of(List.of(jar("many.jar", 0, 0, many)));
        assertTrue(id.endsWith("-70000"), id);
    }

    @Test
    void isWhatTheJarThatTheClassPathBeginsWithCarries() throws IOException {
        Path program = jar("program.jar", 0, 9, Map.of(BuildId.RESOURCE, "made-at-build-time\n", A, "class A"));
        assertEquals("made-at-build-time", BuildId.carriedBy(List.of(program, jar)));
        assertEquals(
                BuildId.of(List.of(classes, program)),
                BuildId.carriedBy(List.of(classes, program)),
                "a library may be a program elsewhere");
        Path compiled = classes("compiled", Map.of(BuildId.RESOURCE, "written-once", A, "class A"));
        assertEquals(
                BuildId.of(List.of(compiled)), BuildId.carriedBy(List.of(compiled)), "who compiles does not write it");
    }

    @Test
    void ofThisProgramStaysWhatItIs() {
        assertEquals(BuildId.current(), BuildId.current());
        assertEquals(BuildId.carriedBy(BuildId.entries(System.getProperty("java.class.path"))), BuildId.current());
    }

    private Path classes(String name, Map<String, String> files) throws IOException {
        Path root = folder.resolve(name);
        for (var file : files.entrySet()) {
            Path path = root.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        return root;
    }

    private Path jar(String name, long time, int level, Map<String, String> files) throws IOException {
        Path path = folder.resolve(name);
        Files.createDirectories(path.getParent());
        try (var zip = new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(path)))) {
            zip.setLevel(level);
            for (var file : files.entrySet()) {
                var entry = new ZipEntry(file.getKey());
                entry.setTime(time);
                zip.putNextEntry(entry);
                zip.write(file.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        return path;
    }

    private Path application(Map<String, String> files, String classPath) throws IOException {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath);
        var bytes = new ByteArrayOutputStream();
        manifest.write(bytes);
        var all = new LinkedHashMap<String, String>();
        all.put("META-INF/MANIFEST.MF", bytes.toString(StandardCharsets.UTF_8));
        all.putAll(files);
        return jar("application.jar", 0, 9, all);
    }
}
