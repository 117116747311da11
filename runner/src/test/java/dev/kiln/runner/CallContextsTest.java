package dev.kiln.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.runner.spi.CallContext;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** SLF4J's log in these tests is {@link MdcProvider}. */
@DisplayName("C-10: what travels with a call")
class CallContextsTest {
    private static final SpanContext SPAN = SpanContext.create(
            "0af7651916cd43dd8448eb211c80319c",
            "b7ad6b7169203331",
            TraceFlags.getSampled(),
            TraceState.builder().put("vendor", "value").build());

    private final List<String> events = new ArrayList<>();

    /** Travels with a fixed map; tells what is done to it. */
    private record Fixed(String name, Map<String, String> entries, List<String> events) implements CallContext {
        @Override
        public Map<String, String> capture() {
            return entries;
        }

        @Override
        public AutoCloseable restore(Map<String, String> restored) {
            events.add(name + " has " + restored);
            return () -> events.add(name + " ends");
        }
    }

    private record Broken() implements CallContext {
        @Override
        public String name() {
            return "broken";
        }

        @Override
        public Map<String, String> capture() {
            throw new IllegalStateException("as is to be");
        }

        @Override
        public AutoCloseable restore(Map<String, String> entries) {
            throw new IllegalStateException("as is to be");
        }
    }

    @AfterEach
    void clear() {
        MDC.clear();
    }

    @Test
    void theSpanTravelsAsTheW3cWritesIt() {
        Map<String, String> captured;
        try (var _ = Span.wrap(SPAN).makeCurrent()) {
            captured = CallContexts.capture();
        }
        assertEquals(
                Map.of(
                        "trace:traceparent",
                        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                        "trace:tracestate",
                        "vendor=value"),
                captured);
        Span before = Span.current();
        try (var _ = CallContexts.restore(captured)) {
            SpanContext restored = Span.current().getSpanContext();
            assertEquals(SPAN.getTraceId(), restored.getTraceId());
            assertEquals(SPAN.getSpanId(), restored.getSpanId());
            assertEquals(SPAN.getTraceState(), restored.getTraceState());
            assertTrue(restored.isRemote());
        }
        assertSame(before, Span.current());
    }

    @Test
    void theMdcTravelsAndIsTakenOffAgain() {
        MDC.put("tenant", "blue");
        MDC.put("nothing", null);
        Map<String, String> captured = CallContexts.capture();
        assertEquals(Map.of("mdc:tenant", "blue"), captured);
        MDC.clear();
        MDC.put("thread", "own");
        try (var _ = CallContexts.restore(captured)) {
            assertEquals("blue", MDC.get("tenant"));
            assertEquals("own", MDC.get("thread"));
        }
        assertNull(MDC.get("tenant"));
        assertEquals("own", MDC.get("thread"));
    }

    @Test
    void nothingTravelsWhereNothingIsBound() {
        assertEquals(Map.of(), CallContexts.capture());
        assertSame(CallContexts.Restored.NOTHING, CallContexts.restore(Map.of()));
    }

    @Test
    void eachGetsItsOwnAndTheLastEndsFirst() {
        var contexts = new CallContexts(List.of(
                new Fixed("a", Map.of("k", "1"), events),
                new Broken(),
                new Fixed("b", Map.of("k", "2"), events),
                new Fixed("none", Map.of(), events)));
        Map<String, String> captured = contexts.captured();
        assertEquals(Map.of("a:k", "1", "b:k", "2"), captured);
        Map<String, String> travelled = new HashMap<>(captured);
        travelled.put("broken:k", "3");
        travelled.put("unknown:k", "4");
        contexts.restored(travelled).close();
        assertEquals(List.of("a has {k=1}", "b has {k=2}", "b ends", "a ends"), events);
    }

    @Test
    void whatIsTooMuchStaysBehind() {
        Map<String, String> many = new HashMap<>();
        IntStream.range(0, 100).forEach(i -> many.put("key" + i, "v"));
        assertEquals(
                64,
                new CallContexts(List.of(new Fixed("many", many, events)))
                        .captured()
                        .size());
        var big = new CallContexts(List.of(
                new Fixed("first", Map.of("k", "€".repeat(10_000)), events),
                new Fixed("second", Map.of("k", "€".repeat(10_000)), events),
                new Fixed("third", Map.of("k", "small"), events)));
        assertEquals(java.util.Set.of("first:k", "third:k"), big.captured().keySet());
    }
}
