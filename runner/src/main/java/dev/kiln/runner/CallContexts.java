package dev.kiln.runner;

import dev.kiln.runner.spi.CallContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * What of its surroundings travels with a call: captured on the thread that makes it, restored on the thread that runs it.
 * Nothing in here fails a call. Any thread.
 */
public final class CallContexts {
    private static final System.Logger LOG = System.getLogger(CallContext.class.getName());
    private static final int MOST_ENTRIES = 64;
    private static final int MOST_BYTES = 32 * 1024;
    private static final char AFTER_NAME = ':';
    private final List<CallContext> contexts;
    private final AtomicBoolean complained = new AtomicBoolean();

    /** Looked for when first needed: that reads the whole class path, and a runner's first call should not wait for it. */
    private static final class Installed {
        static final CallContexts ALL = new CallContexts(installed());
    }

    CallContexts(List<CallContext> contexts) {
        this.contexts = List.copyOf(contexts);
    }

    private static List<CallContext> installed() {
        ClassLoader loader = CallContexts.class.getClassLoader();
        List<CallContext> found = new ArrayList<>();
        if (isThere("io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator", loader)) {
            add(found, TraceContext::new);
        }
        // Without a log behind it, SLF4J keeps no MDC and would only say that it has none.
        if (isThere("org.slf4j.MDC", loader)
                && loader.getResource("META-INF/services/org.slf4j.spi.SLF4JServiceProvider") != null) {
            add(found, MdcContext::new);
        }
        List<CallContext> users = new ArrayList<>();
        ServiceLoader.load(CallContext.class, loader).stream().forEach(provider -> add(users, provider));
        users.sort(Comparator.comparing(CallContext::name));
        found.addAll(users);
        return found;
    }

    private static boolean isThere(String name, ClassLoader loader) {
        try {
            return Class.forName(name, false, loader) != null;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    private static void add(List<CallContext> found, Supplier<? extends CallContext> making) {
        try {
            found.add(making.get());
        } catch (RuntimeException | LinkageError | java.util.ServiceConfigurationError e) {
            LOG.log(System.Logger.Level.WARNING, "a call context cannot be used", e);
        }
    }

    /** What travels with a call that this thread makes now. */
    public static Map<String, String> capture() {
        return Installed.ALL.captured();
    }

    /** Binds what has travelled with a call to this thread, on which its closure is about to run. */
    public static Restored restore(Map<String, String> entries) {
        return entries.isEmpty() ? Restored.NOTHING : Installed.ALL.restored(entries);
    }

    /** Until it is closed, on the same thread, a call's surroundings are bound to it. */
    public interface Restored extends AutoCloseable {
        /** Nothing was bound. */
        Restored NOTHING = () -> {};

        @Override
        void close();
    }

    Map<String, String> captured() {
        if (contexts.isEmpty()) {
            return Map.of();
        }
        Map<String, String> all = new HashMap<>();
        int bytes = 0;
        for (CallContext context : contexts) {
            for (var entry : capture(context).entrySet()) {
                String key = context.name() + AFTER_NAME + entry.getKey();
                int size = size(key) + size(entry.getValue());
                if (all.size() < MOST_ENTRIES && bytes + size <= MOST_BYTES) {
                    all.put(key, entry.getValue());
                    bytes += size;
                } else if (complained.compareAndSet(false, true)) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "entry {0} does not travel with its call: {1} entries of {2} bytes may; said only once",
                            key,
                            MOST_ENTRIES,
                            MOST_BYTES);
                }
            }
        }
        return all;
    }

    private static int size(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static Map<String, String> capture(CallContext context) {
        try {
            return context.capture();
        } catch (RuntimeException | LinkageError e) {
            LOG.log(System.Logger.Level.WARNING, "call context " + context.name() + " was not captured", e);
            return Map.of();
        }
    }

    Restored restored(Map<String, String> entries) {
        Deque<AutoCloseable> bound = new ArrayDeque<>();
        for (CallContext context : contexts) {
            String prefix = context.name() + AFTER_NAME;
            Map<String, String> own = new HashMap<>();
            entries.forEach((key, value) -> {
                if (key.startsWith(prefix)) {
                    own.put(key.substring(prefix.length()), value);
                }
            });
            if (!own.isEmpty()) {
                restore(context, own, bound);
            }
        }
        return () -> bound.forEach(CallContexts::close); // the last that was bound is the first
    }

    private static void restore(CallContext context, Map<String, String> own, Deque<AutoCloseable> bound) {
        try {
            bound.push(context.restore(own));
        } catch (RuntimeException | LinkageError e) {
            LOG.log(System.Logger.Level.WARNING, "call context " + context.name() + " was not restored", e);
        }
    }

    private static void close(AutoCloseable restored) {
        try {
            restored.close();
        } catch (Exception e) {
            LOG.log(System.Logger.Level.WARNING, "a call context was not taken off again", e);
        }
    }
}
