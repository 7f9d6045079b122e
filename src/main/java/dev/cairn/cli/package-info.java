/**
 * The commands. Each is a thin client of the admin API and starts without the server's framework; {@code server} alone hands over
 * to the composition root through {@link dev.cairn.cli.ServerLauncher}. Exit codes: 0 done, 1 it did not work, 2 not understood.
 */
@NullMarked
package dev.cairn.cli;

import org.jspecify.annotations.NullMarked;
