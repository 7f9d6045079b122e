package dev.cairn.kernel.codec;

import java.util.function.IntPredicate;

/** Looks at each character of short texts, without the cost of a stream: these run several times on every request. */
public final class Chars {
    private Chars() {}

    public static boolean all(String text, IntPredicate allowed) {
        for (int i = 0; i < text.length(); i++) {
            if (!allowed.test(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    public static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }
}
