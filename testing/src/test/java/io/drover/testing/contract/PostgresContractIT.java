/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.testing.cluster.Command;
import io.drover.testing.cluster.UserJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The contracts on PostgreSQL. */
final class PostgresContractIT {
    @TestFactory
    Stream<DynamicTest> postgresKeepsTheContracts() throws IOException {
        List<String> lines;
        try (UserJvm jvm = new UserJvm()) {
            Path directory = jvm.directory();
            Command.Result result = jvm.run(ContractRun.class, directory.toString());
            assertThat(result.exitCode()).as(result.output()).isZero();
            lines = Files.readAllLines(ContractRun.results(directory));
        }
        return ContractRun.names().stream()
                .map(test -> DynamicTest.dynamicTest(
                        test, () -> assertThat(lineOf(test, lines)).isEqualTo(ContractRun.PASSED + test)));
    }

    private static String lineOf(String test, List<String> lines) {
        return lines.stream()
                .filter(line -> line.split(" ", -1)[1].equals(test))
                .findFirst()
                .orElse("not run: " + test);
    }
}
