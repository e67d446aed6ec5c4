/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import static java.util.Objects.requireNonNull;

import io.drover.api.DroverException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Runs the contracts on PostgreSQL as the user that owns it, where no test engine is; writes a line for each test. */
final class ContractRun {
    static final String PASSED = "passed ";
    private static final String FAILED = "failed ";
    private static final int FRAMES = 25;
    /** The servers wait for one another more than they work. */
    private static final int AT_ONCE = 3;

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
                },
                new BlockersContract() {
                    @Override
                    ThreeNodes open() {
                        return new RealNodes(directory);
                    }
                },
                new RealHalts() {
                    @Override
                    RealNodes open() {
                        return new RealNodes(directory);
                    }
                },
                new RealRewinds() {
                    @Override
                    RealNodes open() {
                        return new RealNodes(directory);
                    }
                },
                new RealBlockers() {
                    @Override
                    RealNodes open() {
                        return new RealNodes(directory);
                    }
                },
                new RealActivity() {
                    @Override
                    RealNodes open() {
                        return new RealNodes(directory);
                    }
                },
                new RealHeldSessions() {
                    @Override
                    RealNodes open() {
                        return new RealNodes(directory);
                    }
                },
                new RealWorkers() {
                    @Override
                    RealNodes open() {
                        return new RealNodes(directory);
                    }
                },
                new RealCanaries() {
                    @Override
                    RealNodes open() {
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
    public static void main(String[] arguments) throws InterruptedException, ExecutionException {
        Path directory = Path.of(arguments[0]);
        List<String> names =
                arguments.length == 1 ? names() : List.of(arguments).subList(1, arguments.length);
        Queue<String> left = new ConcurrentLinkedQueue<>(names);
        ExecutorService executor = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Callable<Boolean>> workers = IntStream.range(0, AT_ONCE)
                    // a socket's path may have 107 characters
                    .mapToObj(number -> worker(left, directory.resolve("nodes" + number), results(directory)))
                    .toList();
            for (Future<Boolean> worker : executor.invokeAll(workers)) {
                worker.get();
            }
        } finally {
            executor.shutdown();
        }
    }

    /** Runs what is left, one after the other, on nodes of its own. */
    private static Callable<Boolean> worker(Queue<String> left, Path nodes, Path results) {
        return () -> {
            Map<String, ContractTest> tests =
                    tests(nodes).stream().collect(Collectors.toMap(ContractTest::name, Function.identity()));
            for (String name = left.poll(); name != null; name = left.poll()) {
                ContractTest test = requireNonNull(tests.get(name), "there is no such test");
                Files.writeString(results, run(test) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
            return true;
        };
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
        String hint =
                failure instanceof DroverException known ? " | " + known.hint().orElse("") : "";
        return (failure + hint).replace('\n', ' ') + " | " + frames;
    }
}
