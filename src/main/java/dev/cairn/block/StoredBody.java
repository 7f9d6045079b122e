package dev.cairn.block;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.proto.BodyValue;

/** A body that is durable but not yet part of anything a reader can see. */
public sealed interface StoredBody {
    /** Of what was to be stored, before it was sealed. */
    long length();

    /** The description that goes into the row. */
    BodyValue value();

    /** What travels and lives beside the row; empty when the body lies in blocks. */
    Bytes attachment();

    /** Empty where it is not sealed. */
    default Bytes salt() {
        return Protos.bytes(value().getSalt());
    }

    /** The same body, of which it is said that it was sealed with that salt. */
    StoredBody sealed(Bytes salt);

    /** Small enough to live with its row. */
    record Inline(Bytes attachment, Bytes salt) implements StoredBody {
        public Inline(Bytes attachment) {
            this(attachment, Bytes.EMPTY);
        }

        @Override
        public long length() {
            return Bodies.lengthOf(value());
        }

        @Override
        public BodyValue value() {
            return BodyValue.newBuilder()
                    .setLength(attachment.length())
                    .setInlined(!attachment.isEmpty())
                    .setSalt(Protos.proto(salt))
                    .build();
        }

        @Override
        public StoredBody sealed(Bytes with) {
            return new Inline(attachment, with);
        }
    }

    /** In blocks, with a reference each. */
    record InBlocks(BodyValue value) implements StoredBody {
        @Override
        public long length() {
            return Bodies.lengthOf(value);
        }

        @Override
        public StoredBody sealed(Bytes with) {
            return new InBlocks(value.toBuilder().setSalt(Protos.proto(with)).build());
        }

        @Override
        public Bytes attachment() {
            return Bytes.EMPTY;
        }
    }
}
