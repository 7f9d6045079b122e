/**
 * What every HTTP edge of Cairn shares and no transport owns: the request target and its query, headers as a read-only view,
 * ranges, conditions, dates, object metadata headers, and the table of S3 errors. Start at {@link dev.cairn.api.http.RequestTarget}.
 */
@NullMarked
package dev.cairn.api.http;

import org.jspecify.annotations.NullMarked;
