package dev.cairn.layout;

/** Over how many zones the copies of a partition are spread. */
public sealed interface ZoneRedundancy {
    /** At least so many. */
    record AtLeast(int zones) implements ZoneRedundancy {
        public AtLeast {
            if (zones < 1) {
                throw new IllegalArgumentException("%d zones".formatted(zones));
            }
        }
    }

    /** As many as there are zones that store something, up to one per copy. */
    record Maximum() implements ZoneRedundancy {}
}
