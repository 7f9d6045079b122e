package dev.cairn.api.s3;

import dev.cairn.model.AccessKey;

/** Who sent a request. */
sealed interface Caller {
    /** Somebody without a signature. */
    record Anonymous() implements Caller {}

    /** The holder of an access key. */
    record Key(AccessKey key) implements Caller {}
}
