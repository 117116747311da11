package dev.kiln.gc;

import dev.kiln.gc.Applied.Outcome;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The owner's side: who holds what of this process.
 *
 * <pre>{@code
 * holdings.placed(7, caller, transfer, now);      // before the message that names resource 7 is sent to the caller
 * Applied applied = holdings.on(update, now);     // the caller has read it, holds 7, later lets go of it
 * applied.freed().forEach(this::free);            // nobody holds these any more
 * send(applied.reply());
 * holdings.expire(now).forEach(this::free);       // every now and then
 * }</pre>
 *
 * <p>A resource is known here from its first {@link #placed} until it is reported as freed, once. It is held by
 * processes, listed by name and incarnation: by those that said so ({@link Update#held}), and by those to which a
 * message naming it is on its way. A holder that is silent for longer than the lease loses all its holds, and its
 * incarnation is <em>fenced</em>: what it says later changes nothing and is answered with {@link Acknowledged#FENCED}.
 * So it is for an incarnation that is {@link #gone}, and for one that a newer incarnation of its name has followed. A
 * process that holds nothing, and whose Updates have arrived without a gap, may be silent for ever.
 *
 * <p><b>Passing a handle on.</b> To send a handle on somebody else's resource to a third process, open it once more and
 * place a fresh number of one's own for that transfer: when the number comes back as freed, the handle is closed.
 *
 * <p><b>Estate.</b> A process may pass a handle on and end before the receiver's hold has reached the owner. So it says
 * before that the resource is {@link Update#lent}, and sends when that is acknowledged. With an estate, what an ended
 * incarnation had lent lingers for that long, so that no interleaving frees what the receiver names; all else that it alone
 * held is freed at once. Two leases are enough if receivers refuse messages of senders with whom their own lease is over: the
 * receiver reads within one lease of the sender's end, and its hold arrives, or its lease here is over, within another. One
 * lease is enough only if no message takes longer than a tenth of it. Without an estate (the default) a receiver caught in
 * that race finds its handle lost.
 *
 * <p>Not thread-safe. Times are monotonic nanoseconds of one clock, handed in. An Update costs time linear in its
 * length.
 */
public final class Holdings {
    /** Fences of so many names are remembered, the oldest given up first. */
    private static final int MAX_FENCES = 65_536;

    private final ProcessRef self;
    private final long leaseNanos;
    private final long estateNanos;
    private final Map<String, HolderBook> books = new LinkedHashMap<>();
    /** Name to its highest incarnation that has ended. */
    private final Map<String, Long> fences = new LinkedHashMap<>();

    private final ArrayDeque<Estate> estates = new ArrayDeque<>();
    private final Tally tally = new Tally();
    /** Known resources that lost their last hold, if any, where it could not be reported: the next expire() does. */
    private final List<Long> unreported = new ArrayList<>();

    private long latestNanos;

    private record Estate(HolderBook book, long untilNanos) {}

    /**
     * Without an estate.
     *
     * @param self the owner
     * @param lease how long a silent holder keeps its holds, positive
     */
    public Holdings(ProcessRef self, Duration lease) {
        this(self, lease, Duration.ZERO);
    }

    /**
     * @param self the owner
     * @param lease how long a silent holder keeps its holds, positive
     * @param estate how long what an ended incarnation had lent lingers, zero or more
     */
    public Holdings(ProcessRef self, Duration lease, Duration estate) {
        if (!lease.isPositive()) {
            throw new IllegalArgumentException("the lease must be longer than zero, was " + lease);
        }
        if (estate.isNegative()) {
            throw new IllegalArgumentException("the estate must be zero or longer, was " + estate);
        }
        this.self = self;
        this.leaseNanos = lease.toNanos();
        this.estateNanos = estate.toNanos();
    }

    /**
     * A message to {@code receiver} names {@code resource}; to be called before it is sent. The transit hold ends when
     * the receiver says that the transfer ended, or with its incarnation. To a receiver that has already ended nothing
     * is held; if nobody else holds the resource, the next {@link #expire} frees it.
     *
     * @param resource any number of this owner, in use or new
     * @param transfer numbers the message among those of this process; one message may name many resources
     */
    public void placed(long resource, ProcessRef receiver, long transfer, long nowNanos) {
        latestNanos = nowNanos;
        List<Long> freed = new ArrayList<>();
        HolderBook book = admit(receiver, freed);
        if (book == null) {
            freed.add(resource);
        }
        reportLater(freed);
        if (book != null) {
            book.placed(resource, transfer, tally, nowNanos);
        }
    }

    /** Applies an Update, unless it came before, comes from a fenced incarnation, or too far ahead of others. */
    public Applied on(Update update, long nowNanos) {
        latestNanos = nowNanos;
        List<Long> freed = new ArrayList<>();
        List<Long> missing = new ArrayList<>();
        HolderBook book = admit(update.holder(), freed);
        if (book == null) {
            return new Applied(freed, reply(update, Acknowledged.FENCED), Outcome.FENCED, missing);
        }
        book.heard(nowNanos);
        Outcome outcome = book.apply(update, tally, freed, missing);
        return new Applied(freed, reply(update, book.upTo()), outcome, missing);
    }

    /** A sign of life: the holder's lease starts anew. Changes nothing for a fenced incarnation. */
    public void heard(ProcessRef holder, long nowNanos) {
        latestNanos = nowNanos;
        if (books.containsKey(holder.name())) {
            List<Long> freed = new ArrayList<>();
            HolderBook book = admit(holder, freed);
            reportLater(freed);
            if (book != null) {
                book.heard(nowNanos);
            }
        }
    }

    /**
     * There is evidence that this incarnation has ended, and with it those before it. A late report about a former
     * life does not harm the present one.
     *
     * @return what it alone held, transit holds included; with an estate {@link #expire} returns later what it had lent
     */
    public List<Long> gone(ProcessRef holder, long nowNanos) {
        latestNanos = nowNanos; // an estate begins now, however long ago anything else happened
        List<Long> freed = new ArrayList<>();
        fence(holder, freed);
        return freed;
    }

    /**
     * Ends the holders whose lease ran out and the estates whose time has come.
     *
     * @return what nobody holds any more, together with what could not be reported since the last time
     */
    public List<Long> expire(long nowNanos) {
        latestNanos = nowNanos;
        List<Long> freed = new ArrayList<>();
        List<ProcessRef> lapsed = books.values().stream()
                .filter(book -> book.lapsed(nowNanos, leaseNanos))
                .map(HolderBook::holder)
                .toList();
        lapsed.forEach(holder -> fence(holder, freed));
        while (!estates.isEmpty() && estates.element().untilNanos() - nowNanos <= 0) {
            estates.remove().book().close(tally, freed);
        }
        for (Long resource : unreported) {
            if (tally.forgetUnheld(resource)) {
                freed.add(resource);
            }
        }
        unreported.clear();
        return freed;
    }

    /** Who holds this resource or is about to receive it, and who left it as an estate. Linear in open transfers. */
    public Set<ProcessRef> holders(long resource) {
        Set<ProcessRef> holders = new LinkedHashSet<>();
        allBooks().stream().filter(book -> book.names(resource)).forEach(book -> holders.add(book.holder()));
        return holders;
    }

    /** The same for all resources at once, those that nobody holds left out. Linear in the number of holds. */
    public Map<Long, Set<ProcessRef>> holders() {
        Map<Long, Set<ProcessRef>> holders = new HashMap<>();
        for (HolderBook book : allBooks()) {
            book.each(resource -> holders.computeIfAbsent(resource, _ -> new LinkedHashSet<>(2))
                    .add(book.holder()));
        }
        return holders;
    }

    /** Who holds anything or is about to receive it; not who left it as an estate. */
    public Set<ProcessRef> parties() {
        Set<ProcessRef> parties = new LinkedHashSet<>();
        books.values().stream().filter(book -> !book.holdsNothing()).forEach(book -> parties.add(book.holder()));
        return parties;
    }

    /** Whether the resource is known: placed, and not yet reported as freed. */
    public boolean isHeld(long resource) {
        return tally.knows(resource);
    }

    /** Whether this incarnation has ended here. Its link is to be refused, and it is to come back with a new one. */
    public boolean isFenced(ProcessRef holder) {
        HolderBook book = books.get(holder.name());
        return holder.incarnation() <= fences.getOrDefault(holder.name(), Long.MIN_VALUE)
                || (book != null && holder.incarnation() < book.holder().incarnation());
    }

    /** How many resources are held. */
    public int size() {
        return tally.size();
    }

    /** How many tombstones are kept, over all holders; none once every holder's Updates have arrived without a gap. */
    public int tombstones() {
        return books.values().stream().mapToInt(HolderBook::tombstones).sum();
    }

    /** Whether the index agrees with the books, for tests. */
    boolean isConsistent() {
        Map<Long, Integer> counted = new HashMap<>();
        allBooks().forEach(book -> book.each(resource -> counted.merge(resource, 1, Integer::sum)));
        return tally.matches(counted);
    }

    /** How this owner stands to a holder. */
    Standing standing(ProcessRef holder) {
        HolderBook book = books.get(holder.name());
        if (book != null && book.holder().equals(holder)) {
            return book.standing();
        }
        if (!isFenced(holder)) {
            return Standing.STRANGER;
        }
        boolean lingers =
                estates.stream().anyMatch(estate -> estate.book().holder().equals(holder));
        return lingers ? Standing.ESTATE : Standing.ENDED;
    }

    /** Every incarnation of which there is a book, those that left an estate included. */
    List<ProcessRef> known() {
        return allBooks().stream().map(HolderBook::holder).toList();
    }

    /** The sequence up to which this incarnation's Updates have been applied; 0 without a book. */
    long upTo(ProcessRef holder) {
        HolderBook book = books.get(holder.name());
        return book != null && book.holder().equals(holder) ? book.upTo() : 0;
    }

    /** The book of a living incarnation, a new one if need be, which ends those before it; null for a fenced one. */
    private @Nullable HolderBook admit(ProcessRef holder, List<Long> freed) {
        if (isFenced(holder)) {
            return null;
        }
        HolderBook book = books.get(holder.name());
        if (book != null && book.holder().equals(holder)) {
            return book;
        }
        if (book != null) {
            fence(book.holder(), freed);
        }
        HolderBook fresh = new HolderBook(holder, latestNanos);
        books.put(holder.name(), fresh);
        return fresh;
    }

    private void fence(ProcessRef holder, List<Long> freed) {
        fences.merge(holder.name(), holder.incarnation(), Math::max);
        if (fences.size() > MAX_FENCES) {
            fences.remove(fences.keySet().iterator().next());
        }
        HolderBook book = books.get(holder.name());
        if (book == null || book.holder().incarnation() > holder.incarnation()) {
            return;
        }
        books.remove(holder.name());
        if (estateNanos == 0) {
            book.close(tally, freed);
            return;
        }
        book.bequeath(tally, freed);
        if (!book.holdsNothing()) {
            estates.add(new Estate(book, latestNanos + estateNanos));
        }
    }

    private void reportLater(List<Long> freed) {
        freed.forEach(tally::note);
        unreported.addAll(freed);
    }

    private Acknowledged reply(Update update, long upTo) {
        return new Acknowledged(self, update.holder(), upTo);
    }

    private List<HolderBook> allBooks() {
        List<HolderBook> all = new ArrayList<>(books.values());
        estates.forEach(estate -> all.add(estate.book()));
        return all;
    }
}
