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

/** Runs the contract on PostgreSQL as the user that owns it, where no test engine is; writes a line for each test. */
final class ContractRun {
    static final String PASSED = "passed ";
    private static final String FAILED = "failed ";
    private static final int FRAMES = 25;

    private ContractRun() {}

    /** The contract's tests by name. */
    static List<Method> tests() {
        return Arrays.stream(PostgresContract.class.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .sorted(Comparator.comparing(Method::getName))
                .toList();
    }

    /** Where the lines are. */
    static Path results(Path directory) {
        return directory.resolve("results");
    }

    /** Arguments: a directory to work in, and the names of the tests to run; all when there are none. */
    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        List<String> names = List.of(arguments).subList(1, arguments.length);
        for (Method test : tests()) {
            if (names.isEmpty() || names.contains(test.getName())) {
                // a socket's path may have 107 characters
                String line = run(test, directory.resolve("nodes")) + "\n";
                Files.writeString(results(directory), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
        }
    }

    private static String run(Method test, Path directory) {
        PostgresContract contract = new PostgresContract() {
            @Override
            ThreeNodes open() {
                return new RealNodes(directory);
            }
        };
        try {
            contract.makePrimary();
            test.invoke(contract);
            return PASSED + test.getName();
        } catch (InvocationTargetException e) {
            return FAILED + test.getName() + " " + text(e.getCause());
        } catch (ReflectiveOperationException | RuntimeException e) {
            return FAILED + test.getName() + " " + text(e);
        } finally {
            contract.close();
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
