/**
 * The store on RocksDB, and the one package that imports {@code org.rocksdb}. {@link dev.cairn.store.rocks.RocksStore} is the
 * door; {@code CommitLine} is the one writer thread with its group commit; {@code Transaction} and {@code Overlay} are what a
 * commit sees while it is being made; {@code Database} owns the native handles; {@code Presets} says how they are set up.
 */
@NullMarked
package dev.cairn.store.rocks;

import org.jspecify.annotations.NullMarked;
