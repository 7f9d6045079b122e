/** Identifiers with a type each: nodes, blocks, buckets, partitions, versions. */
@NullMarked
package dev.cairn.kernel.id;

import org.jspecify.annotations.NullMarked;
