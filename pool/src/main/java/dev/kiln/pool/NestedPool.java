package dev.kiln.pool;

import dev.kiln.frame.Frame;
import dev.kiln.frame.FrameInfo;
import java.util.List;

/** A pool as work on its runners sees it: it can be called, and is kept elsewhere. */
record NestedPool(CallDesk desk) implements CallerSide {

    @Override
    public String name() {
        return desk.pool();
    }

    @Override
    public void resize(int min, int max) {
        throw elsewhere("resize it");
    }

    @Override
    public List<RunnerInfo> runners() {
        throw elsewhere("ask for its runners");
    }

    @Override
    public PoolStats stats() {
        throw elsewhere("ask for its stats");
    }

    @Override
    public List<FrameInfo> frames() {
        throw elsewhere("ask for its frames");
    }

    @Override
    public Frame broadcast(Frame frame, int copies) {
        throw elsewhere("broadcast frames");
    }

    @Override
    public String session() {
        throw elsewhere("ask for its session");
    }

    @Override
    public void close() {
        throw elsewhere("close it");
    }

    private IllegalStateException elsewhere(String what) {
        return elsewhere(name(), what);
    }

    /** Refuses what a view cannot do. */
    static IllegalStateException elsewhere(String pool, String what) {
        return new IllegalStateException("this is a view of pool " + pool
                + " on one of its runners, which can make calls" + " only; " + what + " where it was opened");
    }
}
