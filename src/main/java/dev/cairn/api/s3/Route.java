package dev.cairn.api.s3;

import java.util.Set;

/**
 * One operation of S3, as one line of {@link Routes} says it.
 *
 * @param name as S3 calls it; for metrics and logs
 * @param selector the names of the query's sub-resources in order, joined by {@code &}; empty for none
 * @param copies whether it is the one with {@code x-amz-copy-source}
 * @param permission what its caller needs in the bucket
 */
record Route(
        String name,
        String method,
        Scope scope,
        String selector,
        boolean copies,
        Permission permission,
        Set<Trait> traits,
        OperationHandler handler) {
    /** What the path of a request names. */
    enum Scope {
        SERVICE,
        BUCKET,
        OBJECT
    }

    /** What the way to a handler has to know of it. */
    enum Trait {
        /** Brings data in; such operations stop while a disk is down to its reserve, so that deletes never have to. */
        ADDS_DATA,
        /** The body is one document, which is in memory as a whole before anything is done. */
        READS_DOCUMENT,
        /** Reads what it writes: holds pieces of it though its own body is empty. */
        COPIES_DATA,
        /** Answers a page of rows, which is in memory as a whole. */
        LISTS,
        /** Shows what is in a bucket, and does so to everybody where the bucket's ACL says so. */
        LISTS_TO_ALL,
        /** Reads an object, for everybody where the object's ACL says so; the handler looks. */
        READS_FOR_ALL,
        /** Takes requests without a signature and has them prove themselves by what is in their bodies. */
        PROVES_ITSELF,
        /** May take longer than clients wait in silence. */
        TAKES_LONG
    }

    boolean is(Trait trait) {
        return traits.contains(trait);
    }
}
