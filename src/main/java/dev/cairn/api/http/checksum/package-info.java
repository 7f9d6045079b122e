/**
 * Digests of bodies: the checksum algorithms of S3, how CRCs and composites of parts combine, what a request declares about its
 * body, and the one object that sees every piece of an upload ({@link dev.cairn.api.http.checksum.BodyDigests}).
 */
@NullMarked
package dev.cairn.api.http.checksum;

import org.jspecify.annotations.NullMarked;
