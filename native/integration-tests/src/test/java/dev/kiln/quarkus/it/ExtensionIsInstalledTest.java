package dev.kiln.quarkus.it;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

@QuarkusTest
class ExtensionIsInstalledTest {
    private static final Pattern INSTALLED = Pattern.compile("Installed features: \\[(.*)]");

    @ConfigProperty(name = "quarkus.log.file.path")
    Path log;

    @Test
    void theApplicationAnswers() {
        assertEquals(
                "hello", given().get("/hello").then().statusCode(200).extract().asString());
    }

    @Test
    void kilnIsAmongTheInstalledFeatures() throws IOException {
        List<String> features = Files.readAllLines(log).stream()
                .map(INSTALLED::matcher)
                .filter(line -> line.find())
                .flatMap(line -> List.of(line.group(1).split(", ")).stream())
                .toList();
        assertTrue(features.contains("kiln"), () -> "installed features: " + features);
    }
}
