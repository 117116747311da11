package dev.kiln.quarkus.it;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

/** Answers when the application is up. */
@Path("/hello")
public final class HelloResource {
    @GET
    public String hello() {
        return "hello";
    }
}
