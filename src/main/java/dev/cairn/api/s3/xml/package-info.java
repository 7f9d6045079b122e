/** The XML of S3: a writer for answers, a reader with bounds for requests, and the records that request documents become. */
@NullMarked
package dev.cairn.api.s3.xml;

import org.jspecify.annotations.NullMarked;
