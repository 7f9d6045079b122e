package dev.cairn.layout;

/** Why roles admit no assignment. */
public sealed interface Unplaceable {
    record TooFewNodes(int nodes, int copies) implements Unplaceable {}

    record TooFewZones(int zones, int wanted) implements Unplaceable {}

    record MoreZonesThanCopies(int wanted, int copies) implements Unplaceable {}

    record TooSmall(long totalBytes, int partitions) implements Unplaceable {}

    /** One sentence that says what can be done. */
    default String text() {
        return switch (this) {
            case TooFewNodes(int nodes, int copies) ->
                "%d nodes with a capacity cannot hold %d copies of everything: assign capacities to more nodes"
                        .formatted(nodes, copies);
            case TooFewZones(int zones, int wanted) ->
                "the nodes with a capacity are in %d zones, the zone redundancy wants %d: add zones or lower it"
                        .formatted(zones, wanted);
            case MoreZonesThanCopies(int wanted, int copies) ->
                "%d copies cannot be in %d zones: lower the zone redundancy".formatted(copies, wanted);
            case TooSmall(long totalBytes, int partitions) ->
                "%d bytes in all are too few for %d partitions: are the capacities right?"
                        .formatted(totalBytes, partitions);
        };
    }

    /** Carries an {@link Unplaceable} to whoever asked for an assignment. */
    final class UnplaceableException extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient Unplaceable why;

        UnplaceableException(Unplaceable why) {
            super(why.text(), null, false, false);
            this.why = why;
        }

        public Unplaceable why() {
            return why;
        }
    }
}
