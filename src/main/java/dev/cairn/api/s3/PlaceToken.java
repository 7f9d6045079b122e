package dev.cairn.api.s3;

import dev.cairn.api.http.S3Exception;
import dev.cairn.kernel.codec.Bytes;
import java.util.Base64;

/** A place in a listing as clients carry it: opaque, and with a version in front, so that its inside may change. */
final class PlaceToken {
    private static final byte VERSION = 1;
    private static final int MAX_CHARS = 8192;

    private PlaceToken() {}

    static String of(Bytes place) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(Bytes.wrap(new byte[] {VERSION}).concat(place).toArray());
    }

    /** The place; {@code InvalidArgument} unless this class wrote the token. */
    static Bytes parse(String token) {
        if (token.length() <= MAX_CHARS) {
            try {
                Bytes decoded = Bytes.wrap(Base64.getUrlDecoder().decode(token));
                if (decoded.length() > 1 && decoded.at(0) == VERSION) {
                    return decoded.from(1);
                }
            } catch (IllegalArgumentException _) {
                // Answered below, as a token of another version is.
            }
        }
        throw S3Exception.invalidArgument("continuation-token", token, "The continuation token provided is incorrect");
    }
}
