/**
 * Who sent a request and whether its bytes are the ones that were signed: AWS Signature Version 4 in headers, in presigned URLs
 * and in chunked bodies. {@link dev.cairn.api.auth.Authenticator} checks the head of a request,
 * {@link dev.cairn.api.auth.RequestBody} its body.
 */
@NullMarked
package dev.cairn.api.auth;

import org.jspecify.annotations.NullMarked;
