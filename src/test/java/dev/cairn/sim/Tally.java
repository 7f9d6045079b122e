package dev.cairn.sim;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/** How often something worth seeing happened, so that a simulation that has stopped trying things is noticed. */
final class Tally {
    private final Map<Event, Integer> counts = new EnumMap<>(Event.class);

    /** What a run of many seeds must have seen. */
    enum Event {
        PUT,
        GET,
        GET_IN_BLOCKS,
        GET_IN_SEGMENTS,
        DELETED,
        COPIED,
        SHARED,
        LISTED,
        COMPLETED,
        COMPLETED_TWO_PARTS,
        LATE_PART_TAKEN,
        LATE_PART_REFUSED,
        ABORTED,
        TAGGED,
        BROKEN_OFF,
        REFUSED_BY_HARDWARE,
        BUCKET_DELETED,
        BUCKET_KEPT,
        OBJECT_REFUSED_BY_FENCE,
        CLEANED,
        BODIES_RECOVERED,
        LAYOUT_CHANGED,
        LAYOUT_SETTLED,
        NODE_DOWN,
        LOST_TO_THE_NETWORK,
        CUT_WHILE_BUSY;

        /** Seen only where there are several nodes. */
        static final Set<Event> OF_CLUSTERS = Set.of(NODE_DOWN, LOST_TO_THE_NETWORK, LAYOUT_CHANGED, LAYOUT_SETTLED);
    }

    void saw(Event event) {
        counts.merge(event, 1, Integer::sum);
    }

    void add(Tally other) {
        other.counts.forEach((event, count) -> counts.merge(event, count, Integer::sum));
    }

    Set<Event> seen() {
        return counts.keySet();
    }

    @Override
    public String toString() {
        return counts.toString();
    }
}
