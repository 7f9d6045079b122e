package dev.cairn.api.auth;

import dev.cairn.api.http.S3Exception;
import dev.cairn.kernel.codec.Chars;
import java.util.Set;
import java.util.function.Function;

/** The {@code Credential} of a signature: which key signed, and the day, region and service the signing key was derived for. */
record Credential(String keyId, String date, String region, SignedService service) {
    private static final int MAX_KEY_ID = 128;

    /** What signatures have to be made for. */
    record Accepted(SignedService service, String region, Set<String> otherRegions) {}

    /** Reads {@code id/yyyymmdd/region/service/aws4_request}; what is wrong becomes an error of the caller's making. */
    static Credential parse(String text, Accepted accepted, Function<String, S3Exception> malformed) {
        String[] fields = text.split("/", -1);
        if (fields.length < 5) {
            throw malformed.apply(
                    "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
        }
        int last = fields.length - 1;
        String date = fields[last - 3];
        // The id is all before the scope: imported ids may hold slashes.
        String scope = "/" + date + "/" + fields[last - 2] + "/" + fields[last - 1] + "/" + fields[last];
        String keyId = text.substring(0, text.length() - scope.length());
        if (keyId.isEmpty() || keyId.length() > MAX_KEY_ID) {
            throw malformed.apply("the access key id in the Credential is not valid.");
        }
        if (date.length() != 8 || !Chars.all(date, Chars::isDigit)) {
            throw malformed.apply("incorrect date format \"" + date + "\". This date must be in the format yyyyMMdd.");
        }
        if (!fields[last].equals("aws4_request")) {
            throw malformed.apply("incorrect terminal \"" + fields[last] + "\". This endpoint uses \"aws4_request\".");
        }
        if (!fields[last - 1].equals(accepted.service().text())) {
            throw malformed.apply("incorrect service \"" + fields[last - 1] + "\". This endpoint belongs to \""
                    + accepted.service().text() + "\".");
        }
        if (!fields[last - 2].equals(accepted.region())
                && !accepted.otherRegions().contains(fields[last - 2])) {
            throw malformed
                    .apply("the region '" + fields[last - 2] + "' is wrong; expecting '" + accepted.region() + "'")
                    .with("Region", accepted.region());
        }
        return new Credential(keyId, date, fields[last - 2], accepted.service());
    }

    String scope() {
        return date + "/" + region + "/" + service.text() + "/aws4_request";
    }
}
