package dev.cairn.cli;

import dev.cairn.kernel.codec.ByteCount;
import java.util.ArrayList;
import java.util.List;

/** Rows of texts in columns as wide as their widest cell, two spaces apart, a last column without padding. */
final class Table {
    private final List<List<String>> rows = new ArrayList<>();

    Table(String... headings) {
        rows.add(List.of(headings));
    }

    /** A table of names and values, without headings. */
    static Table ofPairs() {
        var table = new Table();
        table.rows.clear();
        return table;
    }

    Table row(String... cells) {
        rows.add(List.of(cells));
        return this;
    }

    String render() {
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.max(
                        widths[i], row.get(i).codePointCount(0, row.get(i).length()));
            }
        }
        var text = new StringBuilder();
        for (List<String> row : rows) {
            var line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                String cell = row.get(i);
                line.append(cell).repeat(' ', widths[i] - cell.codePointCount(0, cell.length()) + 2);
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    /** Bytes as people read them: 1.5 MiB. */
    static String bytes(long count) {
        return ByteCount.text(count);
    }
}
