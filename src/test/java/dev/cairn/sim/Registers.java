package dev.cairn.sim;

import dev.cairn.kernel.codec.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What each key may hold, judged as a regular register from the outside: a read gives the value of a write that had begun before the
 * read ended, and that no other acknowledged write followed wholly before the read began. A write whose end nobody heard
 * of may have happened or not, but not after the power went.
 */
final class Registers {
    /** What becomes of a write whose end nobody heard of. */
    enum Unknown {
        /** With the node that made it, it is over. */
        IS_OVER,
        /** Another node may have it and bring it up at any time. */
        MAY_HAPPEN_LATER
    }

    private final Unknown unknown;
    private final Map<Bytes, List<Write>> writes = new TreeMap<>();
    private long moment;
    private long made;

    Registers(Unknown unknown) {
        this.unknown = unknown;
    }

    /** One attempt to change a key; empty content: to delete it. */
    final class Write {
        private final long id;
        private final Bytes key;
        private final List<Content> content;
        private final boolean present;
        private final long begun;
        private long ended = Long.MAX_VALUE;
        private boolean acknowledged;

        private Write(Bytes key, List<Content> content, boolean present, long begun) {
            this.id = ++made;
            this.key = key;
            this.content = content;
            this.present = present;
            this.begun = begun;
        }

        long id() {
            return id;
        }

        Bytes bytesOfId() {
            return Bytes.ofLong(id);
        }

        /** The pieces the object consists of, in order. */
        List<Content> content() {
            return content;
        }

        Bytes bytes() {
            return Bytes.concat(content.stream().map(Content::bytes).toArray(Bytes[]::new));
        }

        void acknowledge() {
            over();
            acknowledged = true;
        }

        /** Over, with an outcome nobody knows. */
        void end() {
            if (unknown == Unknown.IS_OVER) {
                over();
            }
        }

        private void over() {
            if (ended == Long.MAX_VALUE) {
                ended = ++moment;
            }
        }

        @Override
        public String toString() {
            return "%s %d of %s [%d, %s] %s"
                    .formatted(
                            present ? "write" : "delete",
                            id,
                            key.toUtf8(),
                            begun,
                            ended == Long.MAX_VALUE ? "" : ended,
                            acknowledged ? "acknowledged" : "unknown");
        }
    }

    Write begin(Bytes key, List<Content> content) {
        return add(new Write(key, content, true, ++moment));
    }

    Write beginDelete(Bytes key) {
        return add(new Write(key, List.of(), false, ++moment));
    }

    private Write add(Write write) {
        of(write.key).add(write);
        return write;
    }

    /** Whatever is under way will not happen any more. */
    void cut() {
        writes.values().forEach(all -> all.forEach(Write::end));
    }

    /** A read begins now; to be judged by {@link #judge}. */
    long now() {
        return ++moment;
    }

    /** The write whose value a read of {@code key} saw, by its id (empty: it saw nothing). Fails when it must not have. */
    Optional<Write> judge(Bytes key, long readBegun, Optional<Long> seen) {
        long readEnded = ++moment;
        var all = of(key);
        if (seen.isPresent()) {
            var write = all.stream()
                    .filter(each -> each.id == seen.get() && each.present)
                    .findFirst();
            if (write.isEmpty() || !possible(all, write.get(), readBegun, readEnded)) {
                throw new AssertionError(
                        "%s holds what write %d wrote, but %s".formatted(key.toUtf8(), seen.get(), all));
            }
            return write;
        }
        if (all.stream().noneMatch(each -> !each.present && possible(all, each, readBegun, readEnded))) {
            throw new AssertionError("%s holds nothing, but %s".formatted(key.toUtf8(), all));
        }
        return Optional.empty();
    }

    private static boolean possible(List<Write> all, Write write, long readBegun, long readEnded) {
        return write.begun < readEnded
                && all.stream()
                        .noneMatch(later -> later.acknowledged && later.ended < readBegun && later.begun > write.ended);
    }

    /** Nothing was under way when {@code seen} was read: from now on it is what the key holds. */
    void settle(Bytes key, Optional<Write> seen) {
        var all = of(key);
        all.clear();
        seen.ifPresent(write -> {
            write.acknowledge();
            all.add(write);
        });
        if (seen.isEmpty()) {
            all.add(nothing(key));
        }
    }

    private List<Write> of(Bytes key) {
        return writes.computeIfAbsent(key, _ -> new ArrayList<>(List.of(nothing(key))));
    }

    private Write nothing(Bytes key) {
        var write = new Write(key, List.of(), false, 0);
        write.ended = 0;
        write.acknowledged = true;
        return write;
    }
}
