package dev.kiln.system;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Holds the line {@code remote-gc <- placement <- runner <- pool <- quarkus}: each room knows those before it only. A module
 * beside the line, such as {@code flight} below {@code pool}, knows the line up to there, and the line does not know it.
 */
class ModuleBoundariesTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            // ArchUnit's own option for this knows the folder target/test-classes only, and ours are elsewhere.
            .withImportOption(location -> !location.contains("/test-classes/"))
            .importPackages("dev.kiln");

    @Test
    void aRoomKnowsOnlyTheRoomsBeforeIt() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("remote-gc")
                .definedBy("dev.kiln", "dev.kiln.gc..")
                .layer("placement")
                .definedBy("dev.kiln.frame..")
                .layer("runner")
                .definedBy("dev.kiln.runner..")
                .layer("pool")
                .definedBy("dev.kiln.pool..")
                .layer("flight")
                .definedBy("dev.kiln.flight..")
                .layer("quarkus")
                .definedBy("dev.kiln.quarkus..")
                .layer("programs")
                .definedBy("dev.kiln.examples..", "dev.kiln.bench..")
                .whereLayer("remote-gc")
                .mayNotAccessAnyLayer()
                .whereLayer("placement")
                .mayOnlyAccessLayers("remote-gc")
                .whereLayer("runner")
                .mayOnlyAccessLayers("placement", "remote-gc")
                .whereLayer("pool")
                .mayOnlyAccessLayers("runner", "placement", "remote-gc")
                .whereLayer("flight")
                .mayOnlyAccessLayers("pool", "placement", "remote-gc")
                .whereLayer("quarkus")
                .mayOnlyAccessLayers("pool", "runner", "placement", "remote-gc")
                .whereLayer("programs")
                .mayNotBeAccessedByAnyLayer()
                .check(CLASSES);
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching("dev.kiln.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void remoteGcKnowsOnlyTheJdk() {
        ArchRuleDefinition.classes()
                .that()
                .resideInAnyPackage("dev.kiln", "dev.kiln.gc..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", "dev.kiln", "dev.kiln.gc..")
                .check(CLASSES);
    }

    @Test
    void thePoolLeavesFramesToThePlacementRoom() {
        ArchRuleDefinition.noClasses()
                .that()
                .resideInAPackage("dev.kiln.pool..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.arrow..", "org.duckdb..")
                .check(CLASSES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gc", "frame", "runner", "pool", "flight", "quarkus", "examples"})
    void theRulesSawTheClassesOf(String room) {
        assertTrue(
                CLASSES.stream().map(JavaClass::getPackageName).anyMatch(("dev.kiln." + room)::equals),
                () -> "no class of dev.kiln." + room + " among " + CLASSES.size() + " imported ones");
    }

    @Test
    void theRulesSawNoTest() {
        assertTrue(CLASSES.stream().noneMatch(one -> one.getName().endsWith("Test")));
    }
}
