package dev.kiln.runner;

import dev.kiln.runner.spi.CallContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The present span of OpenTelemetry, as {@code traceparent} and {@code tracestate}: spans of the closure become its children.
 * Loaded only if OpenTelemetry is there. Source: W3C Trace Context.
 */
final class TraceContext implements CallContext {
    private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();

    private record Entries() implements TextMapGetter<Map<String, String>> {
        @Override
        public Iterable<String> keys(Map<String, String> entries) {
            return entries.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Map<String, String> entries, String key) {
            return entries == null ? null : entries.get(key);
        }
    }

    @Override
    public String name() {
        return "trace";
    }

    @Override
    public Map<String, String> capture() {
        Map<String, String> entries = new HashMap<>(4);
        W3C.inject(Context.current(), entries, (carrier, key, value) -> entries.put(key, value));
        return entries;
    }

    @Override
    @SuppressWarnings("MustBeClosedChecker") // whoever restores closes
    public AutoCloseable restore(Map<String, String> entries) {
        return W3C.extract(Context.current(), entries, new Entries()).makeCurrent();
    }
}
