package dev.cairn.api.s3;

import dev.cairn.api.http.Query;
import dev.cairn.api.http.S3Exception;

/** Version ids while no bucket has versioning: the only version there is bears the name {@value #NULL}. */
final class VersionIds {
    static final String NULL = "null";

    private VersionIds() {}

    /** Passes when the request means the current version. */
    static void requireCurrent(Query query) {
        query.get("versionId").ifPresent(VersionIds::requireCurrent);
    }

    static void requireCurrent(String versionId) {
        if (!versionId.equals(NULL)) {
            throw S3Exception.invalidArgument("versionId", versionId, "Invalid version id specified");
        }
    }
}
