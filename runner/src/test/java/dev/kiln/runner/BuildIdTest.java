package dev.kiln.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("R-08: the build id")
class BuildIdTest {
    @TempDir
    private Path folder;

    private Path jar;
    private Path classes;
    private Path classFile;
    private String path;

    @BeforeEach
    void makeAClassPath() throws IOException {
        jar = Files.writeString(folder.resolve("a.jar"), "jar");
        classes = Files.createDirectories(folder.resolve("classes/com/example"));
        classFile = Files.writeString(classes.resolve("A.class"), "class");
        path = jar + File.pathSeparator + folder.resolve("classes");
    }

    @Test
    void staysWhileNothingChanges() {
        assertEquals(BuildId.of(path), BuildId.of(path));
        assertTrue(BuildId.of(path).endsWith("-2"), BuildId.of(path));
        assertEquals(BuildId.current(), BuildId.current());
    }

    @Test
    void changesWithTheSizeOfAFileInADirectory() throws IOException {
        String before = BuildId.of(path);
        FileTime time = Files.getLastModifiedTime(classFile);
        Files.writeString(classFile, "class!");
        Files.setLastModifiedTime(classFile, time);
        assertNotEquals(before, BuildId.of(path));
    }

    @Test
    void changesWithTheTimeOfAJar() throws IOException {
        String before = BuildId.of(path);
        Files.setLastModifiedTime(jar, FileTime.fromMillis(1_000));
        assertNotEquals(before, BuildId.of(path));
    }

    @Test
    void staysWhenTheProgramWritesAFileBesideItsClasses() throws IOException {
        String before = BuildId.of(path);
        Files.writeString(classes.resolve("events.log"), "started");
        assertEquals(before, BuildId.of(path));
    }

    @Test
    void changesWithANewClass() throws IOException {
        String before = BuildId.of(path);
        Files.writeString(classes.resolve("B.class"), "");
        assertNotEquals(before, BuildId.of(path));
    }

    @Test
    void changesWithTheOrderOfThePath() {
        assertNotEquals(BuildId.of(path), BuildId.of(folder.resolve("classes") + File.pathSeparator + jar));
    }

    @Test
    void ignoresWhatIsNotThereAsTheJvmDoes() {
        String gone = File.pathSeparator + folder.resolve("gone.jar") + File.pathSeparator;
        assertEquals(BuildId.of(path), BuildId.of(path + gone));
    }
}
