package dev.cairn.table;

import dev.cairn.kernel.codec.Bytes;
import java.util.Arrays;

/**
 * How row keys lie in the store: 32 bytes of partition hash, then the sort key. Names of any bytes inside a sort key are escaped so
 * that order is kept and one name never runs into what follows: 00 becomes 00 ff, and 00 01 ends the name.
 */
public final class RowKeys {
    static final int HASH_BYTES = 32;

    /** The partition of all full-copy tables. */
    public static final Bytes FULL_COPY_PARTITION = Bytes.wrap(new byte[HASH_BYTES]);

    private static final Bytes END = Bytes.wrap(new byte[] {0, 1});

    private RowKeys() {}

    public static Bytes row(Bytes partition, Bytes sort) {
        return Bytes.concat(partition, sort);
    }

    static Bytes partition(Bytes rowKey) {
        return rowKey.slice(0, HASH_BYTES);
    }

    static Bytes sort(Bytes rowKey) {
        return rowKey.from(HASH_BYTES);
    }

    /** The name escaped, without its end: what all names beginning with {@code name} begin with. */
    public static Bytes escaped(Bytes name) {
        int zeros = 0;
        for (int i = 0; i < name.length(); i++) {
            if (name.at(i) == 0) {
                zeros++;
            }
        }
        if (zeros == 0) {
            return name;
        }
        byte[] out = new byte[name.length() + zeros];
        int at = 0;
        for (int i = 0; i < name.length(); i++) {
            out[at++] = name.at(i);
            if (name.at(i) == 0) {
                out[at++] = (byte) 0xff;
            }
        }
        return Bytes.wrap(out);
    }

    /** The name escaped and ended: what exactly the keys of this name begin with. */
    public static Bytes ended(Bytes name) {
        return escaped(name).concat(END);
    }

    /** Where the name that {@code sort} begins with ends, its end mark included. */
    public static int nameEnd(Bytes sort) {
        for (int at = 0; at + 1 < sort.length(); at++) {
            if (sort.at(at) == 0) {
                if (sort.at(at + 1) == 1) {
                    return at + 2;
                }
                at++;
            }
        }
        throw new IllegalArgumentException("no name ends in " + sort);
    }

    /** The name that {@code sort} begins with. */
    public static Bytes name(Bytes sort) {
        Bytes escaped = sort.slice(0, nameEnd(sort) - END.length());
        byte[] out = new byte[escaped.length()];
        int length = 0;
        for (int at = 0; at < escaped.length(); at++) {
            out[length++] = escaped.at(at);
            if (escaped.at(at) == 0) {
                at++;
            }
        }
        return length == out.length ? escaped : Bytes.wrap(Arrays.copyOf(out, length));
    }
}
