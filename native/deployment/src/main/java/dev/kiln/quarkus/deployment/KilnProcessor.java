package dev.kiln.quarkus.deployment;

import dev.kiln.runner.BuildId;
import io.quarkus.bootstrap.model.ApplicationModel;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.FeatureBuildItem;
import io.quarkus.deployment.builditem.GeneratedResourceBuildItem;
import io.quarkus.deployment.pkg.builditem.CurateOutcomeBuildItem;
import io.quarkus.maven.dependency.ResolvedDependency;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Announces the extension to the application's build, and has the application carry its build id. */
final class KilnProcessor {
    @BuildStep
    FeatureBuildItem feature() {
        return new FeatureBuildItem("kiln");
    }

    /**
     * The hash of the application's classes and of all that it runs with, as they come into the build: what Quarkus makes of
     * them differs between a jar and a native executable, which are to agree. The executable has it from
     * {@link dev.kiln.runner.BuildIdFeature}.
     */
    @BuildStep
    GeneratedResourceBuildItem buildId(CurateOutcomeBuildItem curated) {
        ApplicationModel application = curated.getApplicationModel();
        List<Path> classes = new ArrayList<>();
        application.getAppArtifact().getResolvedPaths().forEach(classes::add);
        for (ResolvedDependency dependency : application.getRuntimeDependencies()) {
            dependency.getResolvedPaths().forEach(classes::add);
        }
        return new GeneratedResourceBuildItem(
                BuildId.RESOURCE, (BuildId.of(classes) + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
