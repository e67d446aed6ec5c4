/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Text in columns, each as wide as its widest cell. */
final class Table {
    private static final String GAP = "  ";

    private final List<String> head;
    private final List<List<String>> rows = new ArrayList<>();

    Table(String... head) {
        this.head = List.of(head);
    }

    /** Adds a row; what is absent is shown as a dash. */
    Table row(@Nullable Object... cells) {
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(cell == null ? "-" : cell.toString());
        }
        rows.add(row);
        return this;
    }

    @Override
    public String toString() {
        List<Integer> widths = new ArrayList<>(Collections.nCopies(head.size(), 0));
        widen(widths, head);
        rows.forEach(row -> widen(widths, row));
        StringBuilder text = new StringBuilder(line(head, widths));
        rows.forEach(row -> text.append(System.lineSeparator()).append(line(row, widths)));
        return text.toString();
    }

    private static void widen(List<Integer> widths, List<String> row) {
        for (int column = 0; column < row.size(); column++) {
            widths.set(column, Math.max(widths.get(column), row.get(column).length()));
        }
    }

    private static String line(List<String> row, List<Integer> widths) {
        List<String> padded = new ArrayList<>();
        for (int column = 0; column < row.size(); column++) {
            padded.add(("%-" + Math.max(1, widths.get(column)) + "s").formatted(row.get(column)));
        }
        return padded.stream().collect(Collectors.joining(GAP)).stripTrailing();
    }
}
