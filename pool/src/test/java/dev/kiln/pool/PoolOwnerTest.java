package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("P-29: the owner of the books")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PoolOwnerTest {
    private final LinkedBlockingQueue<BookEffect> done = new LinkedBlockingQueue<>();

    private PoolOwner owner(Throwable failure) {
        var books = new Books(Pool.named("p").min(3).options(), new Random(1), System.nanoTime());
        return new PoolOwner("kiln-owner-test", books, effect -> {
            if (effect.equals(new BookEffect.Boot("p-1"))) {
                switch (failure) {
                    case Error error -> throw error;
                    case RuntimeException other -> throw other;
                    default -> throw new IllegalArgumentException(failure);
                }
            }
            done.add(effect);
        });
    }

    @Test
    void doesTheRestOfWhatTheBooksWantIfOneThingFails() throws Exception {
        for (Throwable failure : List.of(new IllegalStateException("a test"), new StackOverflowError("a test"))) {
            PoolOwner owner = owner(failure);
            owner.start();
            owner.tell(new BookEvent.Tick());
            assertEquals(new BookEffect.GrowStart(3), done.take());
            assertEquals(new BookEffect.Boot("p-2"), done.take());
            assertEquals(new BookEffect.Boot("p-3"), done.take());
            owner.tell(new BookEvent.Greeted("p-2"));
            assertEquals(new BookEffect.GrowEnd(1, null), done.take());
            owner.stop();
        }
    }

    @Test
    void answersAQuestionThatComesInTheMiddleOfAnEventAfterWhichNothingHappens() throws Exception {
        var books = new Books(Pool.named("p").options(), new Random(1), System.nanoTime());
        var owner = new PoolOwner("kiln-owner-test", books, done::add);
        owner.start();
        int rounds = 50_000;
        var round = new AtomicInteger();
        Thread teller = Thread.ofPlatform().start(() -> {
            for (int told = 1; told <= rounds; told++) {
                while (round.get() < told) {
                    Thread.onSpinWait();
                }
                owner.tell(new BookEvent.Tick());
            }
        });
        for (int asked = 1; asked <= rounds; asked++) {
            int answer = asked;
            round.set(asked);
            assertEquals(answer, owner.<Integer>read(b -> answer));
        }
        teller.join();
        owner.stop();
    }

    @Test
    void answersAThreadThatIsInterruptedAndLeavesItSo() {
        PoolOwner owner = owner(new IllegalStateException("a test"));
        owner.start();
        Thread.currentThread().interrupt();
        assertEquals("p-1", owner.<String>read(books -> "p-1"));
        assertTrue(Thread.interrupted());
        owner.stop();
    }
}
