/** Who can be asked what: the closed family of requests between nodes, peers that answer them, and the gathering of quorums. A request to the own node takes the same path without a socket. */
@NullMarked
package dev.cairn.net;

import org.jspecify.annotations.NullMarked;
