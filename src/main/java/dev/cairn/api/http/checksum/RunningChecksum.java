package dev.cairn.api.http.checksum;

import dev.cairn.kernel.codec.Bytes;
import java.security.MessageDigest;

/** A checksum while its bytes pass; one thread at a time. */
public sealed interface RunningChecksum permits RunningChecksum.Crc32Bits, RunningChecksum.Sha, Crc64Nvme {
    void update(Bytes piece);

    /** The value, big-endian, of all bytes seen; ends the computation. */
    Bytes value();

    /** A CRC of the JDK. */
    record Crc32Bits(java.util.zip.Checksum crc) implements RunningChecksum {
        @Override
        public void update(Bytes piece) {
            piece.feed(crc::update);
        }

        @Override
        public Bytes value() {
            return Bytes.ofInt((int) crc.getValue());
        }
    }

    /** A cryptographic digest. */
    record Sha(MessageDigest digest) implements RunningChecksum {
        @Override
        public void update(Bytes piece) {
            piece.updateDigest(digest);
        }

        @Override
        public Bytes value() {
            return Bytes.wrap(digest.digest());
        }
    }
}
