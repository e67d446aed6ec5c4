/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench.switchover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.drover.bench.LoadKind;
import java.util.List;
import org.junit.jupiter.api.Test;

class PredictionsTest {
    @Test
    void aPredictionMayBeTooLongOrTooShort() {
        Predictions predictions = Predictions.of(List.of(Results.of(
                "sealed-kit",
                Results.EIGHT,
                Results.predicted(30, 45),
                Results.predicted(45, 30),
                Results.predicted(30, 46),
                Results.predicted(46, 30))));
        assertThat(predictions.all()).isNotNull();
        assertThat(predictions.all().moves()).isEqualTo(4);
        assertThat(predictions.all().withinFactor()).isEqualTo(0.5);
        assertThat(predictions.all().ratioMax()).isCloseTo(46 / 30.0, within(1e-9));
        assertThat(predictions.loadsDifferBy()).isNull();
    }

    @Test
    void saysByHowMuchTheLoadsDiffer() {
        Predictions predictions = Predictions.of(List.of(
                Results.of("sealed-kit", Results.EIGHT, Results.predicted(30, 30)),
                Results.of("sealed-kit", new Conditions(LoadKind.LONG, 8), Results.predicted(100, 120)),
                Results.of("strict-kit", new Conditions(LoadKind.LONG, 8), Results.predicted(100, 120))));
        assertThat(predictions.loads()).extracting(Predictions.Told::load).containsExactly("writers", "long");
        assertThat(predictions.loads()).extracting(Predictions.Told::moves).containsExactly(1, 2);
        assertThat(predictions.loadsDifferBy()).isEqualTo(4.0);
    }

    @Test
    void isEmptyWithoutDrover() {
        Predictions predictions = Predictions.of(
                List.of(Results.of("hand-kit", Results.EIGHT, Switch.withoutDrover(Results.observed(200, 210, 2000)))));
        assertThat(predictions.all()).isNull();
        assertThat(predictions.loads()).isEmpty();
    }
}
