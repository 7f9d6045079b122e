/** Replicated tables of CRDT rows. {@link dev.cairn.table.Tables} coordinates, {@link dev.cairn.table.TableReplica} holds the rows of this node and applies batches in one transaction with their hooks. */
@NullMarked
package dev.cairn.table;

import org.jspecify.annotations.NullMarked;
