/**
 * The vocabulary of everything above: bytes and codecs, identifiers, time and stamps, the outside world as {@code Env}, and the
 * failures the core can answer. Plain Java; imports nothing of Cairn.
 */
@NullMarked
package dev.cairn.kernel;

import org.jspecify.annotations.NullMarked;
