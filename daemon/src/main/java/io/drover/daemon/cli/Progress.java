/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import io.drover.api.Move;
import io.drover.api.MoveState;
import java.io.PrintWriter;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows a person how a move goes: a bar during the copy on a terminal, lines elsewhere. */
final class Progress implements AutoCloseable {
    private static final int UPDATE_MILLIS = 250;
    private static final long MEBI = 1024L * 1024;
    private static final int LINE_PERCENT = 10;

    private final PrintWriter out;

    @SuppressWarnings("SystemConsoleNull") // bin/drover asks newer JDKs for null where there is no terminal
    private final boolean terminal = System.console() != null;

    private @Nullable ProgressBar bar;
    private String lag = "";
    private int lastTenth = -1;
    private String lastSaid = "";

    Progress(PrintWriter out) {
        this.out = out;
    }

    void state(MoveState state) {
        closeBar();
        say(state.name());
    }

    void step(int number, String event) {
        if (bar == null) {
            say("  " + number + " " + event);
        }
    }

    void lag(Move.Lag now) {
        lag = "lag " + Texts.bytes(now.bytes());
        ProgressBar shown = bar;
        if (shown != null) {
            shown.setExtraMessage(lag);
        }
    }

    void copied(Move.Progress now) {
        if (terminal) {
            ProgressBar shown = bar;
            if (shown == null) {
                shown = open(now.bytesTotal());
                bar = shown;
            }
            shown.maxHint(now.bytesTotal());
            shown.stepTo(now.bytesDone());
            return;
        }
        int tenth = (int) now.percent() / LINE_PERCENT;
        if (tenth != lastTenth) {
            lastTenth = tenth;
            say("  copied " + Texts.progress(now) + (lag.isEmpty() ? "" : ", " + lag));
        }
    }

    /** Says something once, however often it is repeated. */
    void say(String text) {
        if (!text.equals(lastSaid)) {
            lastSaid = text;
            out.println(text);
            out.flush();
        }
    }

    /** An event of a newer controller, which this program does not know. */
    void ignore() {
        out.flush();
    }

    private ProgressBar open(long total) {
        return new ProgressBarBuilder()
                .setTaskName("copy")
                .setInitialMax(total)
                .setUnit("MiB", MEBI)
                .setUpdateIntervalMillis(UPDATE_MILLIS)
                .setStyle(ProgressBarStyle.ASCII)
                .showSpeed()
                .setConsumer(new ConsoleProgressBarConsumer(System.err))
                .build();
    }

    private void closeBar() {
        ProgressBar shown = bar;
        if (shown != null) {
            shown.close();
            bar = null;
        }
    }

    @Override
    public void close() {
        closeBar();
    }
}
