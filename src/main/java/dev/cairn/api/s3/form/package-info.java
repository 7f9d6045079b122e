/** Forms that browsers upload: their {@code multipart/form-data}, and the signed policy that says what may be in them. */
@NullMarked
package dev.cairn.api.s3.form;

import org.jspecify.annotations.NullMarked;
