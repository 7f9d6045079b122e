/** Stamps and the hybrid logical clock that makes them. */
@NullMarked
package dev.cairn.kernel.time;

import org.jspecify.annotations.NullMarked;
