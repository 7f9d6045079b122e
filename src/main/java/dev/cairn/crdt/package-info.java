/** Merge laws and nothing else: rows that any two replicas can join in any order, any number of times, to the same value. */
@NullMarked
package dev.cairn.crdt;

import org.jspecify.annotations.NullMarked;
