/**
 * The composition root: the only place that knows every class. {@link dev.cairn.server.Main} opens a {@code RunningNode}, Quarkus
 * brings the admin resources, {@code Listeners} opens the ports.
 */
@NullMarked
package dev.cairn.server;

import org.jspecify.annotations.NullMarked;
