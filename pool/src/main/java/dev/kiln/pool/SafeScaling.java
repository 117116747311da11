package dev.kiln.pool;

/** The user's scaling policy as long as it makes sense, then the default one. Only the books touch it. */
final class SafeScaling {
    private static final System.Logger LOG = System.getLogger(Pool.class.getName());

    private final String pool;
    private Scaling policy;

    SafeScaling(String pool, Scaling policy) {
        this.pool = pool;
        this.policy = policy;
    }

    /** How many more runners are wanted, at least 0. */
    int boots(Scaling.Demand demand) {
        try {
            int boots = policy.boots(demand);
            if (boots >= 0) {
                return boots;
            }
            LOG.log(
                    System.Logger.Level.ERROR,
                    "pool {0}: its scaling policy asked for {1} runners, must be at least 0; the default one takes over",
                    pool,
                    boots);
        } catch (RuntimeException | Error e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "pool " + pool + ": its scaling policy failed; the default one takes over",
                    e);
        }
        policy = Scaling.onDemand();
        return policy.boots(demand);
    }
}
