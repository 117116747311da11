package dev.kiln.runner;

import dev.kiln.runner.spi.CallContext;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.MDC;

/** The diagnostic context of SLF4J's logs. Loaded only if there is an SLF4J with a log behind it. */
final class MdcContext implements CallContext {

    @Override
    public String name() {
        return "mdc";
    }

    @Override
    public Map<String, String> capture() {
        Map<String, String> entries = MDC.getCopyOfContextMap();
        if (entries == null || entries.isEmpty()) {
            return Map.of();
        }
        Map<String, String> present = HashMap.newHashMap(entries.size());
        entries.forEach((key, value) -> {
            if (value != null) { // some logs let null in
                present.put(key, value);
            }
        });
        return present;
    }

    @Override
    public AutoCloseable restore(Map<String, String> entries) {
        Map<String, String> before = MDC.getCopyOfContextMap();
        entries.forEach(MDC::put);
        return () -> {
            if (before == null) {
                MDC.clear();
            } else {
                MDC.setContextMap(before);
            }
        };
    }
}
