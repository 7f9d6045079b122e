/** Bytes and how values turn into them: the one binary vocabulary every layer shares. */
@NullMarked
package dev.cairn.kernel.codec;

import org.jspecify.annotations.NullMarked;
