/** The S3 API: its documents in {@code xml}, its errors in {@link dev.cairn.api.http.S3Error}, and one class for each operation. */
@NullMarked
package dev.cairn.api.s3;

import org.jspecify.annotations.NullMarked;
