package dev.kiln.quarkus.it;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kiln.runner.BuildId;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Against the packaged application, which is the native executable if one was built. */
@QuarkusIntegrationTest
@DisplayName("R-08: the build id of a packaged Quarkus application")
class BuildIdIT {
    private static final Path PACKAGE = Path.of("target", "quarkus-app");

    @Test
    void isTheHashOfItsOwnClassesAndItsLibraries() throws IOException {
        assumeTrue(Files.isDirectory(PACKAGE), "a native executable has its classes in itself");
        List<Path> classes = new ArrayList<>(List.of(Path.of("target", "classes")));
        for (String libraries : List.of("lib/boot", "lib/main")) {
            try (var jars = Files.newDirectoryStream(PACKAGE.resolve(libraries), "*.jar")) {
                jars.forEach(classes::add);
            }
        }
        assertEquals(BuildId.of(classes), said());
    }

    @Test
    void isCarriedInWhatTheBuildMadeOfIt() throws IOException {
        assumeTrue(Files.isDirectory(PACKAGE), "a native executable has its resources in itself");
        try (var generated =
                new ZipFile(PACKAGE.resolve("quarkus/generated-bytecode.jar").toFile())) {
            var entry = generated.getEntry(BuildId.RESOURCE);
            assertNotNull(entry, "the application carries " + BuildId.RESOURCE);
            try (var in = generated.getInputStream(entry)) {
                assertEquals(new String(in.readAllBytes(), StandardCharsets.UTF_8), said() + "\n");
            }
        }
    }

    private static String said() {
        String said = given().get("/build-id").then().statusCode(200).extract().asString();
        assertTrue(said.matches("[0-9a-f]{16}-[1-9][0-9]*"), said);
        return said;
    }
}
