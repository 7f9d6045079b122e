package dev.cairn.block;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.proto.BodyValue;

/** A body that is durable but not yet part of anything a reader can see. */
public sealed interface StoredBody {
    long length();

    /** The description that goes into the row. */
    BodyValue value();

    /** What travels and lives beside the row; empty when the body lies in blocks. */
    Bytes attachment();

    /** Small enough to live with its row. */
    record Inline(Bytes attachment) implements StoredBody {
        @Override
        public long length() {
            return attachment.length();
        }

        @Override
        public BodyValue value() {
            return BodyValue.newBuilder()
                    .setLength(length())
                    .setInlined(!attachment.isEmpty())
                    .build();
        }
    }

    /** In blocks, with a reference each. */
    record InBlocks(BodyValue value) implements StoredBody {
        @Override
        public long length() {
            return value.getLength();
        }

        @Override
        public Bytes attachment() {
            return Bytes.EMPTY;
        }
    }
}
