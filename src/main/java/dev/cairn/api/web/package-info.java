/** Buckets as websites, over HTTP. */
@NullMarked
package dev.cairn.api.web;

import org.jspecify.annotations.NullMarked;
