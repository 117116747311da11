package dev.kiln.quarkus.deployment;

import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.FeatureBuildItem;

/** Announces the extension to the application's build. */
final class KilnProcessor {
    @BuildStep
    FeatureBuildItem feature() {
        return new FeatureBuildItem("kiln");
    }
}
