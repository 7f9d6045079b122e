/**
 * The admin API: one resource class per kind of thing, the answers as records, the requests read strictly. Everything but
 * {@code /health} wants the bearer token; {@link dev.cairn.api.admin.AdminGate} and {@link dev.cairn.api.admin.TokenFilter}
 * are the two places that look at it.
 */
@NullMarked
package dev.cairn.api.admin;

import org.jspecify.annotations.NullMarked;
