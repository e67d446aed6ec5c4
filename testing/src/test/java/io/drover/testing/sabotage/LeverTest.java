/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sabotage;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Stream;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.dynamic.DynamicType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class LeverTest {
    static Stream<Lever.Point> points() {
        return Arrays.stream(Lever.values()).flatMap(lever -> lever.points().stream());
    }

    /** A method that has another name or other arguments by now would be sabotaged by nobody. */
    @ParameterizedTest
    @MethodSource("points")
    void replacesAMethodThatProductionHas(Lever.Point point) throws ClassNotFoundException {
        Class<?> type = Class.forName(point.type());

        assertThat(type.getDeclaredMethods()).extracting("name").contains(point.method());
        try (DynamicType.Unloaded<?> made = new ByteBuddy()
                .redefine(type)
                .visit(Advice.to(point.replacement()).on(named(point.method())))
                .make()) {
            assertThat(made.getBytes()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void isUsedBySomeControl(Lever lever) {
        assertThat(Controls.ALL)
                .anySatisfy(control -> assertThat(control.levers()).contains(lever));
    }
}
