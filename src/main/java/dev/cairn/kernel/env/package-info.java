/** {@code Env}: time, randomness and executors of one node; with the store, block files and peers it is the whole outside world. */
@NullMarked
package dev.cairn.kernel.env;

import org.jspecify.annotations.NullMarked;
