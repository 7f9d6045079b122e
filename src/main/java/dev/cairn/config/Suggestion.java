package dev.cairn.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds what somebody who wrote an unknown name most likely meant. */
public final class Suggestion {
    private Suggestion() {}

    /** The known name that takes the fewest edits, unless hardly a letter of it would stay. */
    public static Optional<String> nearest(String written, Collection<String> known) {
        String wanted = normal(written);
        return known.stream()
                .min(Comparator.comparingInt(name -> distance(wanted, normal(name))))
                .filter(name -> distance(wanted, normal(name)) < Math.max(wanted.length(), name.length()) * 3 / 4);
    }

    /** A clause to end an error message with: empty, or {@code ": did you mean X?"}. */
    public static String clause(String written, Collection<String> known) {
        return nearest(written, known)
                .map(name -> ": did you mean " + name + "?")
                .orElse("");
    }

    private static String normal(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', '-').replace('.', '-');
    }

    /** Insertions, deletions, replacements and swaps of neighbours that turn one text into the other. */
    private static int distance(String a, String b) {
        int[][] edits = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    edits[i][j] = i + j;
                    continue;
                }
                boolean same = a.charAt(i - 1) == b.charAt(j - 1);
                int best =
                        Math.min(edits[i - 1][j - 1] + (same ? 0 : 1), Math.min(edits[i - 1][j], edits[i][j - 1]) + 1);
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                edits[i][j] = swapped ? Math.min(best, edits[i - 2][j - 2] + 1) : best;
            }
        }
        return edits[a.length()][b.length()];
    }
}
