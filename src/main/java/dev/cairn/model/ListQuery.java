package dev.cairn.model;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.table.RowKeys;

/**
 * Which keys of a bucket to list: those that begin with {@code prefix}, from a place on, those with {@code delimiter} after the prefix
 * (empty: none) grouped, at most {@code max} keys and groups.
 */
public record ListQuery(Bytes prefix, Bytes delimiter, Bytes from, int max) {
    /** From the first key. */
    public static ListQuery of(Bytes prefix, Bytes delimiter, int max) {
        return new ListQuery(prefix, delimiter, Bytes.EMPTY, max);
    }

    /** Only what comes after {@code marker}; a group that the marker lies in has been seen. */
    public ListQuery after(Bytes marker) {
        Bytes seen = RowKeys.ended(marker);
        if (!delimiter.isEmpty() && marker.startsWith(prefix)) {
            int at = marker.indexOf(delimiter, prefix.length());
            if (at >= 0) {
                seen = RowKeys.escaped(marker.slice(0, at + delimiter.length()));
            }
        }
        return at(seen.prefixEnd().orElseThrow());
    }

    /** From a place that an earlier page named. */
    public ListQuery at(Bytes place) {
        return new ListQuery(prefix, delimiter, place, max);
    }
}
