package dev.kiln.runner.wire;

import dev.kiln.frame.MemoryLimits;
import dev.kiln.frame.OperandPolicy;
import dev.kiln.frame.spi.Reply;
import dev.kiln.gc.Acknowledged;
import dev.kiln.gc.Collect;
import dev.kiln.gc.ProcessRef;
import dev.kiln.gc.Update;
import dev.kiln.runner.wire.Message.Answer;
import dev.kiln.runner.wire.Message.Ask;
import dev.kiln.runner.wire.Message.Cancel;
import dev.kiln.runner.wire.Message.CancelAsk;
import dev.kiln.runner.wire.Message.Ended;
import dev.kiln.runner.wire.Message.Ending;
import dev.kiln.runner.wire.Message.Execute;
import dev.kiln.runner.wire.Message.FramesStranded;
import dev.kiln.runner.wire.Message.Gc;
import dev.kiln.runner.wire.Message.Heartbeat;
import dev.kiln.runner.wire.Message.Hello;
import dev.kiln.runner.wire.Message.Lend;
import dev.kiln.runner.wire.Message.Output;
import dev.kiln.runner.wire.Message.OutputTaken;
import dev.kiln.runner.wire.Message.PeerGone;
import dev.kiln.runner.wire.Message.Rejected;
import dev.kiln.runner.wire.Message.Release;
import dev.kiln.runner.wire.Message.Resume;
import dev.kiln.runner.wire.Message.Resumed;
import dev.kiln.runner.wire.Message.Retire;
import dev.kiln.runner.wire.Message.RetireAnswer;
import dev.kiln.runner.wire.Message.Returned;
import dev.kiln.runner.wire.Message.Settled;
import dev.kiln.runner.wire.Message.Settlement;
import dev.kiln.runner.wire.Message.Shutdown;
import dev.kiln.runner.wire.Message.SlotFreed;
import dev.kiln.runner.wire.Message.Status;
import dev.kiln.runner.wire.Message.Submit;
import dev.kiln.runner.wire.Message.Threw;
import dev.kiln.runner.wire.Message.Unanswered;
import dev.kiln.runner.wire.Message.Welcome;
import dev.kiln.runner.wire.Message.Withdraw;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Messages of every kind with random fields, and a form of them that can be compared although they hold arrays. */
final class Samples {
    static final ProcessRef AUTHOR = new ProcessRef("author", 1);

    private final RandomGenerator random;

    Samples(RandomGenerator random) {
        this.random = random;
    }

    /** One of each kind, and of each kind within a kind. */
    List<Message> ofEveryKind() {
        List<Message> all = new ArrayList<>(List.of(
                new Hello(
                        1,
                        text(),
                        bytes(),
                        text(),
                        text(),
                        text(),
                        text(),
                        random.nextLong(),
                        random.nextLong(),
                        text()),
                new Welcome(bytes(), bytes(), settings()),
                new Rejected(text()),
                new Execute(
                        random.nextLong(),
                        random.nextInt(),
                        process(),
                        random.nextBoolean(),
                        random.nextLong(),
                        Map.of(text(), text()),
                        bytes()),
                new Cancel(random.nextLong(), random.nextInt()),
                new Returned(random.nextLong(), random.nextInt(), random.nextBoolean(), bytes()),
                new Threw(random.nextLong(), random.nextInt(), bytes()),
                new SlotFreed(random.nextLong()),
                new Ask(random.nextLong(), process(), process(), bytes()),
                new Answer(random.nextLong(), process(), process(), Reply.of(bytes())),
                new Unanswered(random.nextLong(), process(), text()),
                new CancelAsk(random.nextLong(), process(), process()),
                new Gc(process(), update(random.nextInt(20))),
                new Gc(process(), new Acknowledged(process(), process(), random.nextLong(Long.MAX_VALUE))),
                new Gc(process(), new Acknowledged(process(), process(), Acknowledged.FENCED)),
                new Gc(process(), new Collect(process())),
                new PeerGone(process(), text()),
                new Heartbeat(),
                new Status(random.nextInt(), random.nextLong(), random.nextLong(), random.nextBoolean()),
                new Retire(bytes()),
                new RetireAnswer(random.nextBoolean()),
                new Shutdown(random.nextLong(), random.nextLong(), List.of(process(), process())),
                new FramesStranded(random.nextLong(), random.nextLong(), text()),
                new Resume(process(), bytes(), random.nextLong()),
                new Resumed(bytes(), random.nextLong()),
                new Message.Introduce(process()),
                new Message.Expect(process(), bytes(), bytes(), random.nextLong()),
                new Message.Meet(process(), process(), bytes(), bytes(), text(), text()),
                new Message.Visit(process(), process(), bytes(), random.nextLong(), random.nextLong()),
                new Message.Admitted(bytes(), bytes(), random.nextLong(), random.nextLong()),
                new Withdraw(random.nextLong()),
                new Message.EndBatch(text(), random.nextBoolean() ? Message.BatchEnd.CLOSE : Message.BatchEnd.DELETE),
                new Message.BatchProgress(text(), random.nextLong(), random.nextLong(), random.nextLong()),
                new Lend(random.nextLong(), random.nextBoolean()),
                new Release(longs(3)),
                new Output(random.nextLong(), random.nextBoolean(), text()),
                new OutputTaken(random.nextLong())));
        for (Ending ending : Ending.values()) {
            all.add(new Ended(random.nextLong(), random.nextInt(), ending, random.nextBoolean()));
        }
        for (Settlement how : Settlement.values()) {
            all.add(new Settled(random.nextLong(), process(), how, bytes()));
        }
        for (CallTerms.Kind kind : CallTerms.Kind.values()) {
            all.add(new Submit(random.nextLong(), random.nextLong(), terms(kind), Map.of(text(), text()), bytes()));
        }
        return all;
    }

    private CallTerms terms(CallTerms.Kind kind) {
        return new CallTerms(
                kind,
                random.nextLong(),
                random.nextBoolean(),
                random.nextBoolean(),
                text(),
                text(),
                text(),
                random.nextLong());
    }

    Update update(int numbers) {
        return new Update(
                process(),
                random.nextLong(1, Long.MAX_VALUE),
                longs(numbers),
                longs(numbers),
                longs(numbers),
                longs(numbers));
    }

    byte[] bytes() {
        return bytes(random.nextInt(200));
    }

    byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private List<Long> longs(int count) {
        return random.longs(count).boxed().toList();
    }

    private ProcessRef process() {
        return new ProcessRef("p" + text(), random.nextLong());
    }

    private String text() {
        return random.ints(random.nextInt(30), 1, Character.MAX_VALUE)
                .filter(c -> !Character.isSurrogate((char) c))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private RunnerSettings settings() {
        return new RunnerSettings(
                text(),
                process(),
                process(),
                duration(),
                duration(),
                duration(),
                duration(),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean(),
                new MemoryLimits(
                        MemoryLimits.LEAST_BUDGET + random.nextInt(1000),
                        0.5 * random.nextDouble() + 0.1,
                        0.7,
                        text(),
                        1 + random.nextInt(9),
                        random.nextBoolean()),
                random.nextBoolean() ? OperandPolicy.SMALLER_MOVES : OperandPolicy.FIRST_OPERAND,
                random.nextBoolean());
    }

    private Duration duration() {
        return Duration.ofMillis(random.nextLong());
    }

    static byte[] wire(Message message) {
        MessageCodec.Encoded encoded = MessageCodec.encode(message);
        byte[] all = Arrays.copyOf(encoded.head(), encoded.size());
        System.arraycopy(encoded.payload(), 0, all, encoded.head().length, encoded.payload().length);
        return all;
    }

    /** The type and all that is in it; equal for equal messages. */
    static List<Object> content(Record message) {
        List<Object> content = new ArrayList<>(List.of(message.getClass()));
        for (RecordComponent component : message.getClass().getRecordComponents()) {
            content.add(
                    switch (value(component, message)) {
                        case byte[] bytes -> ByteBuffer.wrap(bytes); // equal if its bytes are
                        case Reply reply -> ByteBuffer.wrap(reply.toArray());
                        case Record inner -> content(inner);
                        case Object plain -> plain;
                    });
        }
        return content;
    }

    private static Object value(RecordComponent component, Record message) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(message);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }
}
