/** The mesh over gRPC and mutual TLS: how requests and answers are written down, and how bodies flow without being held. The one package that knows io.grpc and Netty. */
@NullMarked
package dev.cairn.net.grpc;

import org.jspecify.annotations.NullMarked;
