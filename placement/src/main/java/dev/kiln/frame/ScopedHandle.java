package dev.kiln.frame;

import dev.kiln.frame.spi.Scope;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a frame, or a resident, has of its assets, as a member of a scope. */
sealed interface ScopedHandle extends Scope.Member permits Hold, Grip {

    Membership membership();

    /** What it holds. */
    List<? extends Asset> assets();

    @Override
    default List<Scope.Part> parts() {
        return assets().stream().map(ScopedHandle::part).toList();
    }

    private static Scope.Part part(Asset asset) {
        return switch (asset) {
            case RemoteTable remote -> new Scope.Part(remote.seats().getFirst().id(), remote.bytes());
            case Table table -> new Scope.Part(table, table.bytes());
            case RemoteValue remote -> new Scope.Part(remote.seat().id(), 0);
            case LocalValue local -> new Scope.Part(local, 0);
        };
    }

    /** The spaces whose handles it holds. */
    default Set<FrameSpace> spaces() {
        Set<FrameSpace> spaces = new LinkedHashSet<>();
        for (Asset asset : assets()) {
            switch (asset) {
                case RemoteTable remote -> spaces.add(remote.space());
                case RemoteValue remote -> spaces.add(remote.space());
                case Table _, LocalValue _ -> {}
            }
        }
        return spaces;
    }

    @Override
    default void moved(@Nullable Scope to) {
        membership().moved(to);
    }

    @Override
    default void end(String why) {
        if (membership().end(why)) {
            assets().forEach(Asset::release);
            membership().leave(this);
        }
    }
}
