package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a server may hold after a crash, key by key: the last acknowledged value, or that of an operation that was never
 * answered. A value is the SHA-256 of the content in hex, or {@link #ABSENT}. Each key belongs to one thread at a time.
 */
final class Journal {
    static final String ABSENT = "absent";

    private final Map<String, Set<String>> possible = new TreeMap<>();
    private long acknowledged;
    private long unanswered;

    /** From here on the key may hold the new value as well as those it could hold before. */
    synchronized void begin(String key, String value) {
        possible.computeIfAbsent(key, _ -> new HashSet<>(Set.of(ABSENT))).add(value);
        unanswered++;
    }

    /** The server said yes: nothing but this value is right any more. */
    synchronized void acknowledge(String key, String value) {
        possible.put(key, new HashSet<>(Set.of(value)));
        unanswered--;
        acknowledged++;
    }

    synchronized Set<String> of(String key) {
        return Set.copyOf(possible.getOrDefault(key, Set.of(ABSENT)));
    }

    synchronized List<String> keys() {
        return new ArrayList<>(possible.keySet());
    }

    /** After a check nothing is open: the key holds what was found. */
    synchronized void settle(String key, String value) {
        possible.put(key, new HashSet<>(Set.of(value)));
    }

    synchronized String counts() {
        return acknowledged + " acknowledged, " + unanswered + " unanswered, " + possible.size() + " keys";
    }

    /** Every key holds one of its possible values, whole, and the listing names just those that there are. */
    void verify(Wire wire, String bucket, String when) {
        TreeSet<String> listed = new TreeSet<>();
        for (String key : keys()) {
            Answer answer = wire.call("GET", Wire.path(bucket, key)).send();
            String found = switch (answer.status()) {
                case 200 -> SigV4.sha256Hex(answer.body());
                case 404 -> ABSENT;
                default -> "an error: " + answer;
            };
            assertThat(of(key)).as("%s: %s", when, key).contains(found);
            settle(key, found);
            if (answer.status() == 200) {
                listed.add(key);
            }
        }
        Answer list = wire.call("GET", "/" + bucket + "?list-type=2&prefix=" + Load.PREFIX)
                .send();
        assertThat(list.elements("Key")).as(when).containsExactlyElementsOf(listed);
    }
}
