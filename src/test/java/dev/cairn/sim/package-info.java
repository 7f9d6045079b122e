/**
 * Whole nodes on one thread from a seed: {@link dev.cairn.sim.Agenda} is the only clock and the only scheduler,
 * {@link dev.cairn.sim.SimEnv}, {@link dev.cairn.sim.SimStore} and {@link dev.cairn.sim.SimBlockFiles} are the outside world of a
 * node, {@link dev.cairn.sim.World} holds the nodes and cuts their power. Equal seeds give equal histories.
 */
@NullMarked
package dev.cairn.sim;

import org.jspecify.annotations.NullMarked;
