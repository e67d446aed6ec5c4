/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Runs the contracts on PostgreSQL as the user that owns it, where no test engine is; writes a line for each test. */
final class ContractRun {
    static final String PASSED = "passed ";
    private static final String FAILED = "failed ";
    private static final int FRAMES = 25;

    private ContractRun() {}

    /** The contracts on PostgreSQL, which works in a directory. */
    private static List<PostgresSteps> contracts(Path directory) {
        return List.of(
                new PostgresContract() {
                    @Override
                    ThreeNodes open() {
                        return new RealNodes(directory);
                    }
                },
                new StandbysContract() {
                    @Override
                    ThreeNodes open() {
                        return new RealNodes(directory);
                    }
                },
                new MonitorsContract() {
                    @Override
                    ThreeNodes open() {
                        return new RealNodes(directory);
                    }
                });
    }

    /** A test of a contract. */
    private record ContractTest(PostgresSteps contract, Method method) {
        String name() {
            return method.getDeclaringClass().getSimpleName() + "." + method.getName();
        }
    }

    private static List<ContractTest> tests(Path directory) {
        return contracts(directory).stream()
                .flatMap(contract -> Arrays.stream(
                                contract.getClass().getSuperclass().getDeclaredMethods())
                        .filter(method -> method.isAnnotationPresent(Test.class))
                        .sorted(Comparator.comparing(Method::getName))
                        .map(method -> new ContractTest(contract, method)))
                .toList();
    }

    /** The contracts' tests by name. */
    static List<String> names() {
        return tests(Path.of("")).stream().map(ContractTest::name).toList();
    }

    /** Where the lines are. */
    static Path results(Path directory) {
        return directory.resolve("results");
    }

    /** Arguments: a directory to work in, and the names of the tests to run; all when there are none. */
    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        List<String> names = List.of(arguments).subList(1, arguments.length);
        // a socket's path may have 107 characters
        for (ContractTest test : tests(directory.resolve("nodes"))) {
            if (names.isEmpty() || names.contains(test.name())) {
                String line = run(test) + "\n";
                Files.writeString(results(directory), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
        }
    }

    private static String run(ContractTest test) {
        try {
            test.contract().makePrimary();
            test.method().invoke(test.contract());
            return PASSED + test.name();
        } catch (InvocationTargetException e) {
            return FAILED + test.name() + " " + text(e.getCause());
        } catch (ReflectiveOperationException | RuntimeException e) {
            return FAILED + test.name() + " " + text(e);
        } finally {
            test.contract().close();
        }
    }

    private static String text(Throwable failure) {
        String frames = Arrays.stream(failure.getStackTrace())
                .limit(FRAMES)
                .map(StackTraceElement::toString)
                .collect(Collectors.joining(" | "));
        return failure.toString().replace('\n', ' ') + " | " + frames;
    }
}
