package dev.cairn.api.s3;

import dev.cairn.model.Permissions;

/** What a caller needs to have in the bucket that an operation names. */
enum Permission {
    /** The operation names no bucket, or decides itself. */
    NONE,
    READ,
    WRITE,
    OWNER;

    boolean isIn(Permissions grant) {
        return switch (this) {
            case NONE -> true;
            case READ -> grant.read();
            case WRITE -> grant.write();
            case OWNER -> grant.owner();
        };
    }
}
