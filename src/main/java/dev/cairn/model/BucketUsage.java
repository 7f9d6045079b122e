package dev.cairn.model;

/** What lies in a bucket. */
public record BucketUsage(
        long objects, long bytes, long unfinishedUploads, long unfinishedParts, long unfinishedBytes) {}
