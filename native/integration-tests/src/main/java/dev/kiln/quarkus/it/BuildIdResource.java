package dev.kiln.quarkus.it;

import dev.kiln.runner.BuildId;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

/** Answers with what this process would say of its build in a greeting. */
@Path("/build-id")
public final class BuildIdResource {
    @GET
    public String buildId() {
        return BuildId.current();
    }
}
