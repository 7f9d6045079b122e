/**
 * The admin API: one resource class per kind of thing, the answers as records, the requests read strictly. A call passes
 * {@link dev.cairn.api.admin.TokenFilter} first; {@code /health} is open to everybody, and
 * {@link dev.cairn.api.admin.MetricsGate} stands before {@code /metrics}.
 */
@NullMarked
package dev.cairn.api.admin;

import org.jspecify.annotations.NullMarked;
