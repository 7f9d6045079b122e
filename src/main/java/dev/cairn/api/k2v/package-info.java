/** The K2V API: items with siblings beside the objects of a bucket, over HTTP. */
@NullMarked
package dev.cairn.api.k2v;

import org.jspecify.annotations.NullMarked;
