package dev.kiln.frame;

import dev.kiln.frame.spi.Scope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Members of {@linkplain Scope scopes}, many at once, for whoever keeps a scope. Any thread. */
public final class Members {
    private Members() {}

    /**
     * The members in a structure, found as by {@link Frame#closeAll}: its frames, series and residents, and what others are.
     *
     * @param other what something else is that is met on the way, null for nothing; told each thing once
     */
    public static List<Scope.Member> in(@Nullable Object value, Function<Object, Scope.@Nullable Member> other) {
        List<Scope.Member> members = new ArrayList<>();
        Nested.each(value, met -> {
            Scope.Member member =
                    switch (met) {
                        case Frame frame -> frame.member();
                        case Series series -> series.frame().member();
                        case Resident<?> resident -> resident.grip();
                        default -> other.apply(met);
                    };
            if (member != null) {
                members.add(member);
            }
        });
        return members;
    }

    /**
     * Puts the data of the frames among members on disk, each where it is; see {@code Batch.spill} of the pool.
     *
     * @return how many bytes of it are on disk then
     * @throws dev.kiln.frame.FrameRefused if a process cannot put it there
     */
    public static long spill(Collection<? extends Scope.Member> members) {
        return Spilling.of(members);
    }

    /**
     * Ends members, wherever their data is, and tells each owner in one message what is no longer held there. Those of one
     * space end between two of its flushes, and are told with the second, whatever ticks meanwhile. Spaces have their turn one
     * after the other, so that no thread has the outboxes of two.
     *
     * @param why see {@link Scope.Member#end}
     */
    public static void end(Collection<? extends Scope.Member> members, String why) {
        Map<FrameSpace, List<Scope.Member>> bySpace = new LinkedHashMap<>();
        List<Scope.Member> rest = new ArrayList<>();
        for (Scope.Member member : members) {
            if (member instanceof ScopedHandle handle && !handle.spaces().isEmpty()) {
                bySpace.computeIfAbsent(handle.spaces().iterator().next(), space -> new ArrayList<>())
                        .add(member);
            } else {
                rest.add(member);
            }
        }
        rest.forEach(member -> member.end(why));
        bySpace.forEach((space, theirs) -> space.elsewhere().together(() -> theirs.forEach(member -> member.end(why))));
    }
}
