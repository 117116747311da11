package dev.kiln.gc;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which message met which state, on both sides, and which pairs there cannot be. A pair is declared reachable unless a reason
 * is given why it is not; one that was declared unreachable and is visited makes the declaration wrong.
 */
final class Coverage {

    /** What an owner's book on a holder is told. */
    enum OwnerEvent {
        /** A message to the holder names something. */
        PLACED,
        /** The Update after the last one that was applied; of a stranger the first. */
        UPDATE_NEXT,
        /** An Update of which an earlier one is missing. */
        UPDATE_AHEAD,
        /** An Update that was applied before. */
        UPDATE_AGAIN,
        HEARTBEAT,
        EVIDENCE_OF_END,
        /** The lease, or the time of an estate, is over. */
        TIME_OVER
    }

    /** What a holder's book on an owner is told. */
    enum HolderEvent {
        OPENED,
        CLOSED,
        /** A message of that owner's has been read. */
        ARRIVED,
        REFUSED,
        FLUSHED,
        /** For the first time of something. */
        ACKNOWLEDGED,
        ACKNOWLEDGED_AGAIN,
        /** The owner says that this life is over. */
        FENCED,
        /** The link is back: what is not acknowledged goes out again. */
        RECONNECTED,
        OWNER_ENDED
    }

    private final Map<Standing, Map<OwnerEvent, Long>> owner = new EnumMap<>(Standing.class);
    private final Map<HolderStanding, Map<HolderEvent, Long>> holder = new EnumMap<>(HolderStanding.class);

    void saw(Standing standing, OwnerEvent event) {
        owner.computeIfAbsent(standing, key -> new EnumMap<>(OwnerEvent.class)).merge(event, 1L, Long::sum);
    }

    void saw(HolderStanding standing, HolderEvent event) {
        holder.computeIfAbsent(standing, key -> new EnumMap<>(HolderEvent.class))
                .merge(event, 1L, Long::sum);
    }

    /** Adds what another has counted. */
    void add(Coverage other) {
        add(owner, other.owner);
        add(holder, other.holder);
    }

    private static <S, E> void add(Map<S, Map<E, Long>> to, Map<S, Map<E, Long>> from) {
        from.forEach((state, events) -> events.forEach((event, times) ->
                to.computeIfAbsent(state, key -> new HashMap<>()).merge(event, times, Long::sum)));
    }

    /** Why an owner cannot meet this; empty if it can. */
    static String unreachable(Standing standing, OwnerEvent event) {
        boolean over = standing == Standing.ESTATE || standing == Standing.ENDED;
        return switch (event) {
            case UPDATE_AGAIN ->
                standing == Standing.STRANGER
                        ? "nothing of a stranger was applied before"
                        : over ? "of an incarnation that is over no sequence is kept: whatever it says is fenced" : "";
            case TIME_OVER ->
                switch (standing) {
                    case STRANGER -> "there is no book whose time could be over";
                    case AT_REST -> "who holds nothing is not watched";
                    case ENDED -> "it is over already";
                    default -> "";
                };
            default -> "";
        };
    }

    /** Why a holder cannot meet this; empty if it can. */
    static String unreachable(HolderStanding standing, HolderEvent event) {
        boolean allAcknowledged = standing == HolderStanding.NOTHING || standing == HolderStanding.HOLDING;
        return switch (event) {
            case OPENED, ARRIVED, REFUSED ->
                standing == HolderStanding.LOST ? "messages of an ended owner, and handles on it, are not taken" : "";
            case CLOSED -> standing == HolderStanding.NOTHING ? "there is no handle to close" : "";
            case ACKNOWLEDGED ->
                allAcknowledged
                        ? "all is acknowledged"
                        : standing == HolderStanding.LOST ? "what was said to it is forgotten" : "";
            case FLUSHED, RECONNECTED, ACKNOWLEDGED_AGAIN, FENCED ->
                standing == HolderStanding.LOST ? "there is no link to an ended owner" : "";
            case OWNER_ENDED -> "";
        };
    }

    /** How many pairs there are. */
    int pairs() {
        return Standing.values().length * OwnerEvent.values().length
                + HolderStanding.values().length * HolderEvent.values().length;
    }

    /** How many of them are declared reachable. */
    int reachable() {
        return pairs() - unreachableOnes().size();
    }

    /** The pairs that are declared unreachable, each with its reason. */
    List<String> unreachableOnes() {
        List<String> found = new ArrayList<>();
        each((name, reason, times) -> {
            if (!reason.isEmpty()) {
                found.add(name + ": " + reason);
            }
        });
        return found;
    }

    /** The reachable pairs that were not visited. */
    List<String> missed() {
        List<String> found = new ArrayList<>();
        each((name, reason, times) -> {
            if (reason.isEmpty() && times == 0) {
                found.add(name);
            }
        });
        return found;
    }

    /** The pairs that were visited although they are declared unreachable. */
    List<String> impossible() {
        List<String> found = new ArrayList<>();
        each((name, reason, times) -> {
            if (!reason.isEmpty() && times > 0) {
                found.add(name + ", " + times + " times, although " + reason);
            }
        });
        return found;
    }

    /** Both tables, with how often each pair was visited; a dash where that cannot be. */
    String tables() {
        var text = new StringBuilder();
        text.append(String.format("  %-20s", "owner's book"));
        Arrays.stream(Standing.values()).forEach(state -> text.append(String.format("%14s", state)));
        for (OwnerEvent event : OwnerEvent.values()) {
            text.append(String.format("%n  %-20s", event));
            for (Standing state : Standing.values()) {
                text.append(cell(times(owner, state, event), unreachable(state, event)));
            }
        }
        text.append(String.format("%n%n  %-20s", "holder's book"));
        Arrays.stream(HolderStanding.values()).forEach(state -> text.append(String.format("%14s", state)));
        for (HolderEvent event : HolderEvent.values()) {
            text.append(String.format("%n  %-20s", event));
            for (HolderStanding state : HolderStanding.values()) {
                text.append(cell(times(holder, state, event), unreachable(state, event)));
            }
        }
        return text.toString();
    }

    private static String cell(long times, String reason) {
        return String.format("%14s", reason.isEmpty() || times > 0 ? String.format("%,d", times) : "-");
    }

    private static <S, E> long times(Map<S, Map<E, Long>> counts, S state, E event) {
        return counts.getOrDefault(state, Map.of()).getOrDefault(event, 0L);
    }

    private interface Visitor {
        void pair(String name, String reason, long times);
    }

    private void each(Visitor visitor) {
        for (Standing state : Standing.values()) {
            for (OwnerEvent event : OwnerEvent.values()) {
                visitor.pair(
                        "owner: " + event + " while " + state, unreachable(state, event), times(owner, state, event));
            }
        }
        for (HolderStanding state : HolderStanding.values()) {
            for (HolderEvent event : HolderEvent.values()) {
                visitor.pair(
                        "holder: " + event + " while " + state, unreachable(state, event), times(holder, state, event));
            }
        }
    }
}
