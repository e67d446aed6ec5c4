/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.sim;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/** Runs simulated worlds by the thousand: in a JVM of their own, which may optimize what it runs as often (see the module's pom). */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Tag("simulated")
@interface Simulated {}
