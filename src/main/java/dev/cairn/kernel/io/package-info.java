/** Bodies on the move: pulled piece by piece, so that nobody ever holds more of one than it asked for. */
@NullMarked
package dev.cairn.kernel.io;

import org.jspecify.annotations.NullMarked;
