/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DistributionChartTest {
    @Test
    void drawsALineForEachSeries(@TempDir Path directory) throws Exception {
        Path none = directory.resolve("none.png");
        Path one = directory.resolve("one.png");
        Path two = directory.resolve("two.png");
        List<Double> short1 = List.of(3.0, 1.0, 2.0);
        DistributionChart.write(none, "times", "milliseconds", Map.of("nothing", List.of()));
        DistributionChart.write(one, "times", "milliseconds", Map.of("a", short1, "nothing", List.of()));
        DistributionChart.write(two, "times", "milliseconds", Map.of("a", short1, "b", List.of(40.0, 0.0)));
        assertThat(strongColours(one)).hasSize(strongColours(none).size() + 1);
        assertThat(strongColours(two)).hasSize(strongColours(none).size() + 2);
    }

    /** Red, blue and so on: what lines are drawn in, and neither text nor grid nor what smooths them. */
    private static Set<Integer> strongColours(Path file) throws Exception {
        BufferedImage image = ImageIO.read(file.toFile());
        Set<Integer> found = new HashSet<>();
        for (int x = 0; x < image.getWidth(); x++) {
            for (int y = 0; y < image.getHeight(); y++) {
                int rgb = image.getRGB(x, y) & 0xffffff;
                if (rgb == 0xff5555 || rgb == 0x5555ff) {
                    found.add(rgb);
                }
            }
        }
        return found;
    }
}
