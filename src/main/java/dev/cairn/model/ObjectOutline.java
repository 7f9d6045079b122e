package dev.cairn.model;

import java.util.Optional;

/**
 * What a listing shows of an object. Nothing of its row stays in memory with it, since a page holds a thousand of these.
 *
 * @param etag without quotes
 * @param storageClass of {@value ObjectMeta#STORAGE_CLASS}, where the object has that header
 * @param checksumAlgorithm its number; 0 for none
 * @param checksumParts of a composite checksum; 0 for one of the whole object
 */
public record ObjectOutline(
        long length,
        String etag,
        long modifiedMillis,
        Optional<String> storageClass,
        int checksumAlgorithm,
        int checksumParts) {}
