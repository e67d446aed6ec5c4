/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import io.drover.api.Move;
import io.drover.api.MoveState;
import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows a person how a move goes: a bar during the copy on a terminal, lines elsewhere; the lag at most once a second. */
final class Progress implements AutoCloseable {
    private static final int UPDATE_MILLIS = 250;
    private static final long MEBI = 1024L * 1024;
    private static final int LINE_PERCENT = 10;
    private static final long LAG_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final PrintWriter out;
    private final LongSupplier nanos;

    @SuppressWarnings("SystemConsoleNull") // bin/drover asks newer JDKs for null where there is no terminal
    private final boolean terminal = System.console() != null;

    private @Nullable ProgressBar bar;
    private long nextLag;
    private int lastTenth = -1;
    private String lastSaid = "";

    Progress(PrintWriter out) {
        this(out, System::nanoTime);
    }

    Progress(PrintWriter out, LongSupplier nanos) {
        this.out = out;
        this.nanos = nanos;
        this.nextLag = nanos.getAsLong();
    }

    synchronized void state(MoveState state) {
        closeBar();
        say(state.name());
    }

    synchronized void step(int number, String event) {
        if (bar == null) {
            say("  " + number + " " + event);
        }
    }

    /** The copy has ended when there is a lag to measure, so that no bar is open. */
    synchronized void lag(Move.Lag now) {
        long time = nanos.getAsLong();
        if (time - nextLag >= 0) {
            nextLag = time + LAG_NANOS;
            say("  lag " + Texts.bytes(now.bytes()) + ", " + now.millis() + " ms");
        }
    }

    synchronized void copied(Move.Progress now) {
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
            say("  copied " + Texts.progress(now));
        }
    }

    /** Says something once, however often it is repeated. */
    synchronized void say(String text) {
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
    public synchronized void close() {
        closeBar();
    }
}
