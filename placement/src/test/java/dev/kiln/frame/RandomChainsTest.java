package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RandomChainsTest {
    private static final int CHAINS = 200;
    private static final int LONGEST = 8;

    @Test
    @DisplayName("F-08: random chains of verbs do what a plain model of them does")
    void chains() {
        for (long seed = 0; seed < CHAINS; seed++) {
            Random random = new Random(seed);
            RandomVerbs verbs = new RandomVerbs(random);
            try (Modelled start = Modelled.random(random)) {
                Modelled chain = start;
                for (int step = 1 + random.nextInt(LONGEST); step > 0; step--) {
                    chain = verbs.next(chain);
                    assertSame(chain, "seed " + seed);
                }
            }
        }
    }

    private static void assertSame(Modelled chain, String seed) {
        String where = seed + "\n" + chain.frame();
        assertEquals(chain.model().names(), chain.frame().names(), where);
        List<List<Object>> expected = chain.model().rows();
        List<List<Object>> found = Cells.rows(chain.frame());
        if (!chain.model().ordered()) {
            expected = Model.sorted(expected);
            found = Model.sorted(found);
        }
        assertEquals(expected, found, where);
        assertEquals(expected.size(), chain.frame().rowCount(), where);
    }
}
