package dev.kiln.frame;

import dev.kiln.frame.spi.Scope;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A scope that remembers its members, and can be over, full, or one that keeps. One thread. */
final class FakeScope implements Scope {
    final Set<Member> members = new LinkedHashSet<>();
    final List<Member> kept = new ArrayList<>();
    boolean over;
    boolean full;
    boolean keeping;

    <T extends @Nullable Object> T bind(Supplier<T> work) {
        return ScopedValue.where(BOUND, this).call(work::get);
    }

    @Override
    public void joined(Member member) {
        if (full) {
            throw new FrameRefused("the scope is full", null);
        }
        if (over) {
            member.end("came too late");
        } else {
            members.add(member);
        }
    }

    @Override
    public void kept(Member member) {
        kept.add(member);
    }

    @Override
    public boolean keeps() {
        return keeping;
    }

    @Override
    public void left(Member member) {
        members.remove(member);
    }

    void end() {
        over = true;
        Members.end(List.copyOf(members), "was released with this test");
    }

    boolean has(Frame frame) {
        return members.contains(frame.member());
    }
}
