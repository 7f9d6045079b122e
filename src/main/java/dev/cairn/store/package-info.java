/**
 * An ordered key-value store as the tables need it: spaces of sorted keys, point reads, bounded scans, and one serial line of
 * atomic commits that are durable in groups. {@code store.rocks} is the real one; the simulator brings its own.
 */
@NullMarked
package dev.cairn.store;

import org.jspecify.annotations.NullMarked;
