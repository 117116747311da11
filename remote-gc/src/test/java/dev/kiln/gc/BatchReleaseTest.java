package dev.kiln.gc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Batches of handles, with the owners' books at the other end. */
class BatchReleaseTest {
    private static final ProcessRef SELF = new ProcessRef("self", 1);
    private static final List<ProcessRef> OWNERS = List.of(new ProcessRef("a", 1), new ProcessRef("b", 1));

    private final Batches<Member> batches = new Batches<>();
    private final Handles handles = new Handles(SELF);
    private final Map<String, Holdings> holdings = new TreeMap<>();
    private final Map<String, Integer> messages = new TreeMap<>();
    private long serial;
    private long transfers;

    /** One handle, of which there may be several on a resource. */
    private record Member(ResourceId resource, long serial) {}

    BatchReleaseTest() {
        OWNERS.forEach(owner -> holdings.put(owner.name(), new Holdings(owner, Lease.DEFAULT)));
    }

    @Test
    @DisplayName("B-01, G-02: what a batch ends with is one message per owner, however much it is")
    void oneMessagePerOwner() {
        batches.open("b", null, true);
        batches.open("within", "b", true);
        Member kept = null;
        for (long number = 0; number < 10_000; number++) {
            for (ProcessRef owner : OWNERS) {
                kept = arrives(owner, number, number % 2 == 0 ? "b" : "within");
            }
        }
        deliver();
        batches.keep("b", kept);
        messages.clear();

        end("b");

        assertEquals(Map.of("a", 1, "b", 1), messages);
        assertEquals(0, holdings.get("a").size());
        assertEquals(1, holdings.get("b").size(), "what was kept lives");
        assertEquals(1, handles.size());
    }

    @Test
    @DisplayName("B-06: two batches with handles on one resource do not free each other's data")
    void sharedResource() {
        batches.open("one", null, true);
        batches.open("two", null, true);
        arrives(OWNERS.getFirst(), 7, "one");
        arrives(OWNERS.getFirst(), 7, "two");
        deliver();
        messages.clear();

        end("one");
        assertEquals(Map.of(), messages, "the other batch still has a handle");
        assertTrue(holdings.get("a").isHeld(7));
        end("two");
        assertEquals(Map.of("a", 1), messages);
        assertEquals(0, holdings.get("a").size());
    }

    @Test
    @DisplayName("B-01, G-03: the end of a batch frees nothing that a message on its way names")
    void transitHoldsStay() {
        batches.open("b", null, true);
        arrives(OWNERS.getFirst(), 7, "b");
        deliver();
        holdings.get("a").placed(7, SELF, 99, 0); // the same resource in one more result, which is still to be read

        end("b");

        assertTrue(holdings.get("a").isHeld(7));
        handles.refused(OWNERS.getFirst(), 99);
        deliver();
        assertEquals(0, holdings.get("a").size());
    }

    @Test
    @DisplayName("B-01: a result that is read after its batch has ended leaves nothing held")
    void lateResult() {
        batches.open("b", null, true);
        end("b");
        arrives(OWNERS.getFirst(), 7, "b");
        deliver();
        assertEquals(0, holdings.get("a").size());
        assertEquals(0, handles.size());
    }

    private Member arrives(ProcessRef owner, long number, String batch) {
        long transfer = ++transfers;
        holdings.get(owner.name()).placed(number, SELF, transfer, 0);
        var member = new Member(new ResourceId(owner, number), ++serial);
        handles.opened(member.resource());
        handles.arrived(owner, transfer, List.of(member.resource()));
        if (!batches.join(batch, member)) {
            handles.closed(member.resource());
        }
        return member;
    }

    private void end(String batch) {
        List<Member> released = new ArrayList<>(batches.end(batch, BatchState.DONE));
        released.forEach(member -> handles.closed(member.resource()));
        deliver();
    }

    private void deliver() {
        for (Addressed addressed : handles.flush()) {
            messages.merge(addressed.to().name(), 1, Integer::sum);
            handles.on(holdings.get(addressed.to().name())
                    .on(addressed.update(), 0)
                    .reply());
        }
    }
}
