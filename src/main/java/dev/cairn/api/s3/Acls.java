package dev.cairn.api.s3;

import dev.cairn.api.http.Headers;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.api.s3.xml.XmlElement;
import dev.cairn.api.s3.xml.XmlReader;
import dev.cairn.api.s3.xml.XmlWriter;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.model.Acl;
import dev.cairn.model.Bucket;
import dev.cairn.model.Ownership;
import dev.cairn.model.PublicAccess;
import java.util.Optional;
import java.util.Set;

/** ACLs as requests ask for them and answers show them. Those that Cairn cannot hold to are refused, and all where the bucket has no ACLs. */
final class Acls {
    static final int MAX_BODY_BYTES = 64 << 10;
    static final String ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers";

    private static final String HEADER = "x-amz-acl";
    private static final String GRANTS = "x-amz-grant-";
    private static final String SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance";
    /** What they give to the owner of the bucket he has already. */
    private static final Set<String> OWNERS_OWN = Set.of("private", "bucket-owner-full-control", "bucket-owner-read");

    private static final Set<String> GRANTING = Set.of("public-read-write", "authenticated-read", "aws-exec-read");

    private Acls() {}

    /** What the headers of a request that writes into the bucket ask for. */
    static Acl of(Headers headers, Bucket bucket) {
        return asked(headers, bucket.ownership(), bucket.publicAccess()).orElse(Acl.PRIVATE);
    }

    /** What the headers ask for, if anything. */
    static Optional<Acl> asked(Headers headers, Ownership ownership, PublicAccess access) {
        if (hasGrants(headers)) {
            throw ownership.hasAcls()
                    ? notImplemented("x-amz-grant-*")
                    : S3Error.ACCESS_CONTROL_LIST_NOT_SUPPORTED.exception();
        }
        return headers.get(HEADER).map(name -> {
            if (OWNERS_OWN.contains(name)) {
                return Acl.PRIVATE;
            }
            if (!name.equals("public-read") && !GRANTING.contains(name)) {
                throw S3Exception.invalidArgument(HEADER, name, "The canned ACL is not known.");
            }
            if (!ownership.hasAcls()) {
                throw S3Error.ACCESS_CONTROL_LIST_NOT_SUPPORTED.exception();
            }
            if (access.blockAcls()) {
                throw S3Error.ACCESS_DENIED.exception();
            }
            if (GRANTING.contains(name)) {
                throw notImplemented(HEADER);
            }
            return Acl.PUBLIC_READ;
        });
    }

    private static boolean hasGrants(Headers headers) {
        for (var field : headers.entries()) {
            if (field.getKey().regionMatches(true, 0, GRANTS, 0, GRANTS.length())) {
                return true;
            }
        }
        return false;
    }

    private static S3Exception notImplemented(String header) {
        return S3Error.NOT_IMPLEMENTED
                .exception("A header you provided implies functionality that is not implemented.")
                .with("Header", header);
    }

    /** The body of a PutObjectAcl or PutBucketAcl: its owner may do everything, and everybody else may read or not. */
    static Acl parse(Bytes body, Bucket bucket) {
        XmlElement policy = XmlReader.parse(body, MAX_BODY_BYTES, "AccessControlPolicy");
        XmlElement list = policy.child("AccessControlList").orElseThrow(XmlReader::malformed);
        Acl acl = Acl.PRIVATE;
        for (XmlElement grant : list.all("Grant")) {
            XmlElement grantee = grant.child("Grantee").orElseThrow(XmlReader::malformed);
            String permission = grant.value("Permission").orElseThrow(XmlReader::malformed);
            if (grantee.value("URI").filter(ALL_USERS::equals).isPresent() && permission.equals("READ")) {
                acl = Acl.PUBLIC_READ;
            } else if (!grantee.value("ID")
                            .filter(id -> bucket.grantOf(id).owner())
                            .isPresent()
                    || !permission.equals("FULL_CONTROL")) {
                throw bucket.ownership().hasAcls()
                        ? S3Error.NOT_IMPLEMENTED.exception(
                                "Of ACLs there are the owner's FULL_CONTROL and READ for everybody; nothing else is implemented.")
                        : S3Error.ACCESS_CONTROL_LIST_NOT_SUPPORTED.exception();
            }
        }
        if (acl == Acl.PUBLIC_READ && !bucket.ownership().hasAcls()) {
            throw S3Error.ACCESS_CONTROL_LIST_NOT_SUPPORTED.exception();
        }
        if (acl == Acl.PUBLIC_READ && bucket.publicAccess().blockAcls()) {
            throw S3Error.ACCESS_DENIED.exception();
        }
        return acl;
    }

    static XmlWriter render(Principal owner, Acl acl) {
        XmlWriter out = XmlWriter.document("AccessControlPolicy");
        owner.write(out, "Owner");
        out.open("AccessControlList")
                .open("Grant")
                .openTyped("Grantee", SCHEMA_INSTANCE, "CanonicalUser")
                .element("ID", owner.id())
                .element("DisplayName", owner.name())
                .close()
                .element("Permission", "FULL_CONTROL")
                .close();
        if (acl == Acl.PUBLIC_READ) {
            out.open("Grant")
                    .openTyped("Grantee", SCHEMA_INSTANCE, "Group")
                    .element("URI", ALL_USERS)
                    .close()
                    .element("Permission", "READ")
                    .close();
        }
        return out.close();
    }
}
