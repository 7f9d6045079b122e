package dev.cairn.model;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.proto.AclValue;

/** Who may read a bucket or an object besides those with a grant. Of S3's canned ACLs those that Cairn can hold to. */
public enum Acl {
    PRIVATE,
    PUBLIC_READ;

    private static final int NOBODY = 0;
    private static final int EVERYBODY = 1;

    Bytes encoded() {
        return Protos.encoded(AclValue.newBuilder()
                .setReaders(this == PUBLIC_READ ? EVERYBODY : NOBODY)
                .build());
    }

    static Acl decoded(Bytes value) {
        return Protos.parse(AclValue.parser(), value).getReaders() == EVERYBODY ? PUBLIC_READ : PRIVATE;
    }
}
