package dev.kiln.bench;

import dev.kiln.gc.Acknowledged;
import dev.kiln.gc.Addressed;
import dev.kiln.gc.Applied;
import dev.kiln.gc.Handles;
import dev.kiln.gc.Holdings;
import dev.kiln.gc.Lease;
import dev.kiln.gc.ProcessRef;
import dev.kiln.gc.ResourceId;
import dev.kiln.gc.Update;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Ten million handles that come and go, at both ends of the protocol and without what is between: what the books of remote
 * garbage collection cost, and what a handle that lives costs in memory.
 */
final class HandlesBench implements Benchmark {
    private static final int HANDLES = 10_000_000;
    private static final int FLUSH_EVERY = 100_000;
    private static final int LIVE = 1_000_000;
    private static final int ROUNDS = 3;
    private static final ProcessRef OWNER = new ProcessRef("owner", 1);
    private static final ProcessRef HOLDER = new ProcessRef("holder", 1);

    private final Handles handles = new Handles(HOLDER);
    private final Holdings holdings = new Holdings(OWNER, Lease.DEFAULT);
    private long numbers;
    private long messages;
    private long freed;

    @Override
    public void run() {
        var report = new Report(
                "handles: " + Report.count(HANDLES) + " come and go, news told every " + Report.count(FLUSH_EVERY)
                        + "; the books of both ends on one thread",
                "round",
                "handles per second",
                "release messages per 100,000");
        for (int round = 1; round <= ROUNDS; round++) {
            long start = System.nanoTime();
            long releases = churn();
            double seconds = (System.nanoTime() - start) / 1e9;
            report.row(
                    Report.count(round),
                    Report.count(Math.round(HANDLES / seconds)),
                    Report.ratio(releases * (double) FLUSH_EVERY, HANDLES));
        }
        if (freed != (long) ROUNDS * HANDLES || handles.size() != 0 || holdings.size() != 0) {
            throw new IllegalStateException(
                    freed + " freed, " + handles.size() + " open, " + holdings.size() + " held");
        }
        report.print();
        memory();
    }

    private long churn() {
        long releases = 0;
        for (int done = 0; done < HANDLES; done += FLUSH_EVERY) {
            long first = numbers + 1;
            receive(FLUSH_EVERY);
            deliver();
            for (long number = first; number <= numbers; number++) {
                handles.closed(new ResourceId(OWNER, number));
            }
            long before = messages;
            deliver();
            releases += messages - before;
        }
        return releases;
    }

    /** So many messages, with one resource each, are sent and read. */
    private void receive(int count) {
        for (int i = 0; i < count; i++) {
            long number = ++numbers;
            holdings.placed(number, HOLDER, number, 0);
            var id = new ResourceId(OWNER, number);
            handles.opened(id);
            handles.arrived(OWNER, number, List.of(id));
        }
    }

    private void deliver() {
        for (Addressed addressed : handles.flush()) {
            messages++;
            Applied applied = holdings.on(addressed.update(), 0);
            freed += applied.freed().size();
            handles.on(applied.reply());
        }
    }

    private static void memory() {
        long empty = used();
        var holder = new Handles(HOLDER);
        for (long number = 1; number <= LIVE; number++) {
            holder.opened(new ResourceId(OWNER, number));
        }
        holder.flush();
        holder.on(new Acknowledged(OWNER, HOLDER, 1));
        long withHolder = used();
        var owner = new Holdings(OWNER, Lease.DEFAULT);
        hold(owner);
        long withBoth = used();
        if (owner.size() != LIVE || holder.size() != LIVE || holder.unacknowledgedUpdates() != 0) {
            throw new IllegalStateException("not what was to be measured");
        }
        var report = new Report("handles: heap per live handle, of " + Report.count(LIVE), "", "bytes");
        report.row("holder's book", Report.count((withHolder - empty) / LIVE));
        report.row("owner's book", Report.count((withBoth - withHolder) / LIVE));
        report.print();
    }

    private static void hold(Holdings owner) {
        List<Long> all = LongStream.rangeClosed(1, LIVE).boxed().toList();
        all.forEach(number -> owner.placed(number, HOLDER, number, 0));
        owner.on(new Update(HOLDER, 1, all, List.of(), all), 0);
    }

    private static long used() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
