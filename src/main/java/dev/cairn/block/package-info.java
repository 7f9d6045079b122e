/**
 * Bodies as blocks of at most 1 MiB named by the SHA-256 of their bytes: cutting, writing, reading back verified, counting
 * references, and deleting what nobody refers to any more. {@code block.file} keeps them on disk.
 */
@NullMarked
package dev.cairn.block;

import org.jspecify.annotations.NullMarked;
