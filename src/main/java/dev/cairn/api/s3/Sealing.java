package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.CustomerKey;
import dev.cairn.api.http.Headers;
import dev.cairn.api.http.ObjectAnswers;
import dev.cairn.api.http.ObjectHeaders;
import dev.cairn.api.http.S3Exception;
import dev.cairn.block.seal.BodyKey;
import dev.cairn.model.Bucket;
import dev.cairn.model.BucketSetting;
import dev.cairn.model.ObjectStore;
import dev.cairn.model.ObjectStore.Seal;
import dev.cairn.proto.EncryptionValue;
import io.smallrye.mutiny.Uni;
import java.util.Optional;

/** How an object that is being made is to be sealed, if it is: with the key that the request brings, or with one of the cluster. */
record Sealing(Optional<Seal> seal, Optional<CustomerKey> brought) {
    /** As the headers of a request want it, or else the bucket. */
    static Uni<Sealing> of(Headers headers, Bucket bucket, ObjectStore objects) {
        Optional<CustomerKey> brought = CustomerKey.of(headers);
        boolean isAsked = headers.has(ObjectHeaders.ENCRYPTION);
        if (brought.isPresent()) {
            if (isAsked) {
                throw S3Exception.invalidArgument(
                        ObjectHeaders.ENCRYPTION,
                        "",
                        "Server Side Encryption with Customer provided key is incompatible with the encryption method"
                                + " specified");
            }
            return Uni.createFrom()
                    .item(new Sealing(
                            Optional.of(objects.sealedWith(brought.get().key())), brought));
        }
        return isAsked || bucket.setting(BucketSetting.ENCRYPTION).isPresent()
                ? objects.sealedHere().map(seal -> new Sealing(Optional.of(seal), Optional.empty()))
                : Uni.createFrom().item(new Sealing(Optional.empty(), Optional.empty()));
    }

    Optional<BodyKey> key() {
        return seal.map(Seal::key);
    }

    Optional<EncryptionValue> encryption() {
        return seal.map(Seal::value);
    }

    /** Says in an answer how it was sealed. */
    void tell(Answer answer) {
        ObjectAnswers.tellEncryption(answer, encryption(), brought);
    }
}
