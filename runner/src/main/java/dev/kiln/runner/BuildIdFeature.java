package dev.kiln.runner;

import java.nio.charset.StandardCharsets;
import org.graalvm.nativeimage.hosted.Feature;
import org.graalvm.nativeimage.hosted.RuntimeResourceAccess;

/**
 * Puts the build id of a native image into it: the one that its class path carries, else the hash of its class path, so that
 * it agrees with a JVM that runs the same classes. Found by native-image through our {@code native-image.properties}.
 */
public final class BuildIdFeature implements Feature {
    @Override
    public void beforeAnalysis(BeforeAnalysisAccess access) {
        String id = BuildId.carriedBy(access.getApplicationClassPath());
        RuntimeResourceAccess.addResource(
                BuildIdFeature.class.getModule(), BuildId.RESOURCE, (id + "\n").getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String getDescription() {
        return "Kiln's build id";
    }
}
