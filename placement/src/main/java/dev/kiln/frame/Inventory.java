package dev.kiln.frame;

import dev.kiln.KilnException;
import dev.kiln.gc.ProcessRef;
import dev.kiln.gc.ResourceId;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * What frames there are in several processes and who holds them.
 *
 * @param frames of all that answered
 * @param silent those that did not answer in time
 */
public record Inventory(List<FrameInfo> frames, List<ProcessRef> silent) {
    public Inventory {
        frames = List.copyOf(frames);
        silent = List.copyOf(silent);
    }

    /** Where data is. */
    enum Where {
        PRIVATE,
        SHARED,
        DISK
    }

    /** How a frame's data crosses in an inventory. */
    @SuppressWarnings("ArrayRecordComponent") // not copied: equal schemas are one array, and cross once
    record Item(
            long number,
            byte[] schema,
            long rows,
            long bytes,
            Where where,
            List<ProcessRef> holders,
            long ageNanos,
            String origin)
            implements Serializable {

        FrameInfo at(ProcessRef owner, Schema parsed) {
            return new FrameInfo(
                    RemoteTable.name(new ResourceId(owner, number)),
                    owner.name(),
                    parsed,
                    rows,
                    bytes,
                    where == Where.PRIVATE ? bytes : 0,
                    where == Where.SHARED ? bytes : 0,
                    where == Where.DISK,
                    holders.stream().map(ProcessRef::name).toList(),
                    Duration.ofNanos(ageNanos),
                    origin.isEmpty() ? Optional.empty() : Optional.of(origin));
        }
    }

    /** What others hold of this process. */
    static List<Item> taken(Books books) {
        Map<Schema, byte[]> schemas = new HashMap<>();
        List<Item> items = new ArrayList<>();
        List<Books.Held> held = books.held();
        try {
            for (Books.Held each : held) {
                Table table = each.table();
                items.add(new Item(
                        each.number(),
                        schemas.computeIfAbsent(table.schema(), _ -> table.schemaMessage()),
                        table.rows(),
                        table.bytes(),
                        table.storage().where(),
                        List.copyOf(each.holders()),
                        table.ageNanos(),
                        table.origin()));
            }
        } finally {
            held.forEach(each -> each.table().release());
        }
        return items;
    }

    /** Asks all these parties at the same time; who is gone has none. Blocks for so long at most; an interrupt ends it. */
    static Inventory gathered(Client client, List<ProcessRef> parties, Duration atMost) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<List<FrameInfo>>> questions = new ArrayList<>();
            for (ProcessRef party : parties) {
                questions.add(() -> frames(party, client.inventory(party)));
            }
            List<FrameInfo> frames = new ArrayList<>();
            List<ProcessRef> silent = new ArrayList<>();
            List<Future<List<FrameInfo>>> answers =
                    threads.invokeAll(questions, atMost.toNanos(), TimeUnit.NANOSECONDS);
            for (int i = 0; i < answers.size(); i++) {
                collect(answers.get(i), parties.get(i), frames, silent);
            }
            return new Inventory(frames, silent);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QueryInterrupted("interrupted while runners were asked for their frames", e);
        }
    }

    private static void collect(
            Future<List<FrameInfo>> answer, ProcessRef party, List<FrameInfo> frames, List<ProcessRef> silent)
            throws InterruptedException {
        if (answer.isCancelled()) { // out of time
            silent.add(party);
            return;
        }
        try {
            frames.addAll(answer.get());
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof FrameLost)) { // that one is gone, and so are its frames
                silent.add(party);
                if (!(e.getCause() instanceof KilnException)) {
                    throw new IllegalStateException(party + " could not list its frames", e.getCause());
                }
            }
        }
    }

    private static List<FrameInfo> frames(ProcessRef owner, List<?> answered) {
        IdentityHashMap<byte[], Schema> schemas = new IdentityHashMap<>(); // the same array came once
        List<FrameInfo> frames = new ArrayList<>(answered.size());
        for (Object each : answered) {
            Item item = (Item) each;
            frames.add(item.at(owner, schemas.computeIfAbsent(item.schema(), Facts::parse)));
        }
        return frames;
    }
}
