package dev.cairn.api.auth;

import dev.cairn.api.http.Headers;
import dev.cairn.api.http.RequestTarget;

/** The head of a request as it was received: the part of it that a signature covers. */
public record SignedRequest(String method, RequestTarget target, Headers headers) {}
