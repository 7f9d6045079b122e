package dev.cairn.crdt;

/** A value with a join: commutative, associative, idempotent. */
public interface Crdt<T extends Crdt<T>> {
    T merge(T other);
}
