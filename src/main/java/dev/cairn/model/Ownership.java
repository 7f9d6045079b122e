package dev.cairn.model;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.proto.OwnershipValue;
import java.util.Arrays;

/** Whose the objects of a bucket are, and with that whether ACLs count. */
public enum Ownership {
    /** As S3 has it where the setting was taken away: ACLs count. */
    UNSAID(0),
    /** The owner's, whoever writes them; ACLs do not count. */
    BUCKET_OWNER_ENFORCED(1),
    BUCKET_OWNER_PREFERRED(2),
    OBJECT_WRITER(3);

    private final int number;

    Ownership(int number) {
        this.number = number;
    }

    public boolean hasAcls() {
        return this != BUCKET_OWNER_ENFORCED;
    }

    Bytes encoded() {
        return Protos.encoded(OwnershipValue.newBuilder().setOwnership(number).build());
    }

    /** What is not known gives nothing away. */
    static Ownership decoded(Bytes value) {
        int number = Protos.parse(OwnershipValue.parser(), value).getOwnership();
        return Arrays.stream(values())
                .filter(it -> it.number == number)
                .findFirst()
                .orElse(BUCKET_OWNER_ENFORCED);
    }
}
