/** Buckets, access keys, objects and uploads: what the S3 edge speaks about, built on tables and blocks. */
@NullMarked
package dev.cairn.model;

import org.jspecify.annotations.NullMarked;
