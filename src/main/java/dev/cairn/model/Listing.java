package dev.cairn.model;

import dev.cairn.kernel.codec.Bytes;
import java.util.List;
import java.util.Optional;

/** A page of names in order, and the place where the next one begins; empty when nothing remains. */
public record Listing<T>(List<Item<T>> items, Optional<Bytes> next) {
    /** A name, or what several share up to the delimiter. */
    public sealed interface Item<T> {
        Bytes name();
    }

    public record Single<T>(Bytes name, T value) implements Item<T> {}

    public record Group<T>(Bytes name) implements Item<T> {}
}
