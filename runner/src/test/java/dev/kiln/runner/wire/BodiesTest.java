package dev.kiln.runner.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("W-03: arrays of whole chunks are filled again when they were given back")
class BodiesTest {
    private final Bodies bodies = new Bodies();

    @Test
    void onceEach() {
        byte[] whole = bodies.take(ChunkReader.MAX_CHUNK_BYTES);
        assertNotSame(whole, bodies.take(ChunkReader.MAX_CHUNK_BYTES));
        bodies.giveBack(whole);
        assertSame(whole, bodies.take(ChunkReader.MAX_CHUNK_BYTES));
        assertNotSame(whole, bodies.take(ChunkReader.MAX_CHUNK_BYTES));
    }

    @Test
    void notThoseOfAnotherLength() {
        byte[] small = bodies.take(999);
        assertEquals(999, small.length);
        bodies.giveBack(small);
        assertNotSame(small, bodies.take(999));
        assertEquals(ChunkReader.MAX_CHUNK_BYTES, bodies.take(ChunkReader.MAX_CHUNK_BYTES).length);
    }

    @Test
    void notMoreThanAFew() {
        Set<byte[]> given = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < Bodies.MAX_SPARE + 10; i++) {
            given.add(new byte[ChunkReader.MAX_CHUNK_BYTES]);
        }
        given.forEach(bodies::giveBack);
        int again = 0;
        for (int i = 0; i < Bodies.MAX_SPARE + 10; i++) {
            again += given.contains(bodies.take(ChunkReader.MAX_CHUNK_BYTES)) ? 1 : 0;
        }
        assertEquals(Bodies.MAX_SPARE, again);
    }
}
