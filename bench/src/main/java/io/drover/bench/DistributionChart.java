/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jfree.chart.ChartFactory;
import org.jfree.chart.ChartUtils;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYStepRenderer;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/** A picture of measured times: for each series a line that tells how many percent of them were no longer than so long. */
final class DistributionChart {
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 600;
    /** What is shorter lies at the edge: a logarithm has no zero. */
    private static final double LEAST = 0.01;

    private DistributionChart() {}

    /**
     * Draws them; a series without values is left out.
     *
     * @param unit of the values, for the axis
     * @param file a PNG; its directory must exist
     */
    static void write(Path file, String title, String unit, Map<String, List<Double>> distributions) {
        // there need not be a screen
        System.setProperty("java.awt.headless", "true");
        XYSeriesCollection lines = new XYSeriesCollection();
        distributions.forEach((name, values) -> {
            if (!values.isEmpty()) {
                lines.addSeries(line(name, values));
            }
        });
        JFreeChart chart = ChartFactory.createXYLineChart(
                title, unit, "percent", lines, PlotOrientation.VERTICAL, true, false, false);
        XYPlot plot = chart.getXYPlot();
        LogAxis axis = new LogAxis(unit);
        axis.setNumberFormatOverride(new DecimalFormat("0.##", DecimalFormatSymbols.getInstance(Locale.ROOT)));
        plot.setDomainAxis(axis);
        plot.setBackgroundPaint(Color.WHITE);
        plot.setDomainGridlinePaint(Color.LIGHT_GRAY);
        plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
        NumberAxis percent = new NumberAxis("percent that took no longer");
        percent.setRange(0, 100);
        plot.setRangeAxis(percent);
        plot.setRenderer(new XYStepRenderer());
        try {
            ChartUtils.saveChartAsPNG(file.toFile(), chart, WIDTH, HEIGHT);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    private static XYSeries line(String name, List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        // begins at zero percent, so that a single value is a line, too
        XYSeries line = new XYSeries(name + " (" + sorted.length + ")", false, true);
        line.add(Math.max(LEAST, sorted[0]), 0);
        for (int i = 0; i < sorted.length; i++) {
            line.add(Math.max(LEAST, sorted[i]), 100.0 * (i + 1) / sorted.length);
        }
        return line;
    }
}
