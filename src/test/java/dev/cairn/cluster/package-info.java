/**
 * Cairn seen from outside: real server processes, spoken to over sockets and through the clients people use.
 *
 * <p>{@link dev.cairn.cluster.CairnProcess} starts, kills and restarts a server (the JVM build, or the native binary with
 * {@code -Dcairn.it.binary=native}). {@link dev.cairn.cluster.Wire} speaks raw HTTP with signatures of its own
 * ({@link dev.cairn.cluster.SigV4}), so that a mistake shared by server and SDK, or a request no SDK would send, is seen.
 * Nothing here imports the server's classes.
 *
 * <p>System properties: {@code cairn.it.binary} (jvm, native), {@code cairn.it.kills} (rounds of {@code CrashIT}),
 * {@code cairn.it.big-mib} (largest file of {@code ClientsIT}), {@code cairn.it.stream-mib} (size streamed by
 * {@code MemoryIT}), {@code cairn.it.dir} (where servers keep their data), {@code cairn.it.keep} (keep it afterwards).
 */
@NullMarked
package dev.cairn.cluster;

import org.jspecify.annotations.NullMarked;
