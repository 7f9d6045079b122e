/**
 * Who is who on the mesh: the key pair of a node, the authority that the secret of a cluster stands for, and the TLS contexts that let in
 * the nodes of this cluster alone. No sockets.
 */
@NullMarked
package dev.cairn.net.tls;

import org.jspecify.annotations.NullMarked;
