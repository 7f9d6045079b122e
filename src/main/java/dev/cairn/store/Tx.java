package dev.cairn.store;

import dev.cairn.kernel.codec.Bytes;
import java.util.List;
import java.util.Optional;

/**
 * One atomic change in the making. Reads see everything committed before and the writes of this very change. Valid only inside the
 * function it was given to, on that thread.
 */
public interface Tx {
    Optional<Bytes> get(Space space, Bytes key);

    List<Entry> scan(Space space, Scan scan);

    void put(Space space, Bytes key, Bytes value);

    void delete(Space space, Bytes key);
}
