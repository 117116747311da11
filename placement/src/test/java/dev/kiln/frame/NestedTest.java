package dev.kiln.frame;

import static dev.kiln.frame.Cells.frame;
import static dev.kiln.frame.Cells.list;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class NestedTest {
    private final List<Frame> made = new ArrayList<>();

    private Frame next() {
        Frame frame = frame("a", list(made.size()));
        made.add(frame);
        return frame;
    }

    private record Pair(Frame first, Object second) {}

    private static class Base {
        @SuppressWarnings("unused")
        private final Frame inBase;

        Base(Frame frame) {
            inBase = frame;
        }
    }

    private static final class Holder extends Base {
        @SuppressWarnings("unused")
        private final Object anything;

        @SuppressWarnings("unused")
        private final Object self = this;

        Holder(Frame inBase, Object anything) {
            super(inBase);
            this.anything = anything;
        }
    }

    private static final class Bag extends AbstractList<Object> {
        private final List<Object> content;

        @SuppressWarnings("unused")
        private final Frame extra;

        Bag(Frame extra, Object... content) {
            this.extra = extra;
            this.content = List.of(content);
        }

        @Override
        public Object get(int index) {
            return content.get(index);
        }

        @Override
        public int size() {
            return content.size();
        }
    }

    @Test
    @DisplayName("G-02: closeAll closes every frame in maps, collections, arrays, records, Optional and fields")
    void everywhere() {
        Frame captured = next();
        Callable<Object> lambda = () -> captured.rowCount();
        Map<Object, Object> nested = new HashMap<>();
        nested.put("list", List.of(next(), Set.of(next())));
        nested.put(next(), Map.of(1, Optional.of(next())));
        nested.put("array", new Object[] {next(), new Frame[][] {{next()}}, new int[3]});
        nested.put("record", new Pair(next(), Map.entry(next(), new AtomicReference<>(next()))));
        nested.put("fields", new Holder(next(), List.of(next())));
        nested.put("bag", new Bag(next(), next()));
        nested.put("lambda", lambda);
        nested.put("cycle", nested);
        nested.put("plain", List.of("text", 1, Path.of("a"), JoinType.LEFT, Optional.empty(), String.class));
        nested.put("null", null);
        Frame.closeAll(nested);
        Frame.closeAll(nested);
        Frame.closeAll(null);
        for (Frame frame : made) {
            assertThrows(IllegalStateException.class, frame::rowCount);
        }
    }

    @Test
    @DisplayName("G-02: closeAll leaves alone what looks after itself")
    void closeable() {
        record Owner(Frame frame) implements AutoCloseable {
            @Override
            public void close() {
                frame.close();
            }
        }
        Owner owner = new Owner(next());
        Frame.closeAll(List.of(owner));
        assertEquals(1, owner.frame().rowCount());
        owner.close();
    }

    @Test
    @DisplayName("G-02: closeAll does not mind how deep it is")
    void deep() {
        Object chain = next();
        for (int i = 0; i < 100_000; i++) {
            chain = new Object[] {chain};
        }
        Frame.closeAll(chain);
        assertThrows(IllegalStateException.class, made.getFirst()::names);
    }
}
