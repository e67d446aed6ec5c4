/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.bench;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Holds the benchmarks' packages to their places. */
final class ArchitectureTest {
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.drover.bench");

    @Test
    void packagesKnowEachOtherInOneDirection() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("tools")
                .definedBy(resideInAPackage("io.drover.bench").and(not(equivalentTo(Bench.class))))
                .layer("switchover")
                .definedBy("io.drover.bench.switchover..")
                .layer("peers")
                .definedBy("io.drover.bench.peers..")
                .layer("wiring")
                .definedBy(equivalentTo(Bench.class))
                .whereLayer("tools")
                .mayNotAccessAnyLayer()
                .whereLayer("switchover")
                .mayOnlyAccessLayers("tools")
                .whereLayer("peers")
                .mayOnlyAccessLayers("tools", "switchover")
                // what JMH makes of its benchmarks
                .ensureAllClassesAreContainedInArchitectureIgnoring("io.drover.bench.jmh_generated..")
                .check(MAIN);
    }
}
