/**
 * The block directory on disk. {@link FileBlocks} is the door. A block is one file ({@code BlockFormat}: pages with a checksum each, so
 * that a range is read and verified without the rest). {@code FileWriter} keeps the pieces of one block in order and
 * {@code DraftFile} turns them into a file under {@code tmp}; {@code NamedBlocks} gives finished drafts their names and knows the
 * {@code Volume}s; {@code FileSource} and {@code BlockReader} read back. All blocking work happens on two {@code TaskPool}s: one that
 * hashes, reads and writes, and one that waits for the disk to flush, so that reads never stand behind a flush.
 *
 * <p>Heap arrays passed to {@code FileChannel} go through one temporary direct buffer per pool thread, never larger than a piece.
 */
@NullMarked
package dev.cairn.block.file;

import org.jspecify.annotations.NullMarked;
