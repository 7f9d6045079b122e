package dev.cairn.store;

import dev.cairn.kernel.codec.Bytes;

/** One key and its value. */
public record Entry(Bytes key, Bytes value) {}
