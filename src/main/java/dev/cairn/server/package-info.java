/**
 * The composition root: reads the configuration, builds the node with ordinary constructors, starts and stops it. The only
 * package that knows every other one.
 */
@NullMarked
package dev.cairn.server;

import org.jspecify.annotations.NullMarked;
