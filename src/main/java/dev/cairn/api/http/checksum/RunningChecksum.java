package dev.cairn.api.http.checksum;

import dev.cairn.kernel.codec.Bytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

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

    /** A cryptographic digest of the JDK. */
    record Sha(MessageDigest digest) implements RunningChecksum {
        static Sha of(String name) {
            try {
                return new Sha(MessageDigest.getInstance(name));
            } catch (NoSuchAlgorithmException impossible) {
                throw new AssertionError(impossible);
            }
        }

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
