/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodReference;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.drover.api.fault.FaultPoints;
import io.drover.topology.LeaderTransaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.Timer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.curator.framework.CuratorFramework;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the modules, and the few packages that may touch the outside world, to their places. */
final class ArchitectureTest {
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.drover");

    /** The port's one implementation on real servers, and a server for trying Drover out. */
    private static final DescribedPredicate<JavaClass> ZOOKEEPER_ITSELF = nameMatching(
                    ".*\\.(CuratorAccess|CuratorClient|CuratorSession|TlsClientConfig|ZooKeeperConnection|ZooKeeperServer)(\\$.*)?")
            .forSubtype();

    /** What the port itself is made of. */
    private static final DescribedPredicate<JavaClass> WORDS_OF_THE_PORT = nameMatching(
                    "org\\.apache\\.zookeeper\\.(KeeperException|CreateMode|AddWatchMode)(\\$.*)?")
            .forSubtype();

    private static final DescribedPredicate<JavaClass> WAITING_HELPERS = named("Waiting", "LeaderForwarding");

    /** The beginning of a znode's path, as {@code ZkLayout} writes it; REST's paths begin with {@code /v1}. */
    private static final Pattern ZNODE_PATH = Pattern.compile(
            "\"/(drover|topology|participants|poolers|moves|nodes|leader|leader-epoch|locks|idempotency)[/\"]");

    private static final ArchRule ZOOKEEPER_BEHIND_ITS_PORT = noClasses()
            .that(not(ZOOKEEPER_ITSELF))
            .should()
            .dependOnClassesThat(resideInAnyPackage("org.apache.curator..", "org.apache.zookeeper..")
                    .and(not(WORDS_OF_THE_PORT)))
            .because("a test may put a server of its own behind ZooKeeperClient");

    private static final ArchRule ZOOKEEPER_IN_TOPOLOGY = noClasses()
            .that(not(resideInAPackage("io.drover.topology..")).and(not(ZOOKEEPER_ITSELF)))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.curator..", "org.apache.zookeeper..")
            .because("topology is the only module that knows how ZooKeeper is spoken to");

    private static final ArchRule WAITING_BY_THE_SCHEDULER = noClasses()
            .that()
            .resideInAnyPackage("io.drover.topology..", "io.drover.fencing..", "io.drover.client..")
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .dependOnClassesThat(belongToAnyOf(Executors.class, ReentrantLock.class, CountDownLatch.class, Timer.class))
            .orShould()
            .callConstructorWhere(DescribedPredicate.describe(
                    "a thread's", call -> call.getTargetOwner().isAssignableTo(Thread.class)))
            .because("a test may put time and threads of its own behind Scheduler");

    private static final String[] JDBC = {"java.sql..", "javax.sql..", "org.postgresql..", "org.newsclub.."};

    private static final ArchRule JDBC_IN_REPLICATION = noClasses()
            .that()
            .resideInAnyPackage("io.drover.api..", "io.drover.topology..", "io.drover.fencing..", "io.drover.daemon..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(JDBC)
            .because("replication is the only module of the daemon that talks to PostgreSQL");

    /** The ports through which the agent reaches PostgreSQL, with what is passed through them. */
    private static final DescribedPredicate<JavaClass> PORT_OF_THE_AGENT = DescribedPredicate.describe(
            "a port, a record, an enum, or values that need no server",
            type -> type.isInterface()
                    || type.isRecord()
                    || type.isEnum()
                    || List.of("Guard", "SealSettings", "CutoverSettings").contains(type.getSimpleName()));

    private static final ArchRule AGENT_KNOWS_THE_PORT_ONLY = noClasses()
            .that()
            .resideInAPackage("io.drover.daemon.agent..")
            .and(not(named("NodeTools", "AgentConfiguration")))
            .should()
            .dependOnClassesThat(resideInAPackage("io.drover.replication..").and(not(PORT_OF_THE_AGENT)))
            .because("a simulation runs the agent on servers that do not exist; only its wiring knows the real ones");

    private static final ArchRule AGENT_ASKS_THE_SCHEDULER = noClasses()
            .that()
            .resideInAPackage("io.drover.daemon.agent..")
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .dependOnClassesThat(belongToAnyOf(
                    java.util.concurrent.Executors.class,
                    java.util.concurrent.locks.ReentrantLock.class,
                    LockSupport.class))
            .because("time, threads and waits come from the scheduler, which a simulation replaces");

    private static final ArchRule MOVES_ASK_THE_SCHEDULER = noClasses()
            .that()
            .resideInAPackage("io.drover.daemon.move..")
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .dependOnClassesThat(belongToAnyOf(
                    Executors.class,
                    ReentrantLock.class,
                    CountDownLatch.class,
                    Semaphore.class,
                    Timer.class,
                    LockSupport.class))
            .orShould()
            .callMethodWhere(DescribedPredicate.describe(
                    "a wait of a monitor",
                    call -> call.getTargetOwner().isEquivalentTo(Object.class)
                            && List.of("wait", "notify", "notifyAll").contains(call.getName())))
            .orShould()
            .callMethodWhere(DescribedPredicate.describe(
                    "a wait or a thread of a future's own",
                    call -> call.getTargetOwner().isAssignableTo(CompletableFuture.class)
                            && (List.of("get", "join", "delayedExecutor", "orTimeout")
                                            .contains(call.getName())
                                    || call.getName().endsWith("Async")
                                            && call.getTarget().getRawParameterTypes().stream()
                                                    .noneMatch(type -> type.isEquivalentTo(Executor.class)))))
            .orShould(holdNoMonitor())
            .because("time, threads and waits come from the scheduler, which a simulation replaces");

    /**
     * What writes a record to ZooKeeper that outlives its process. Not {@code ensure}, which makes an empty directory for others: nothing
     * is decided by it, and whoever comes next makes it as well.
     */
    private static final Set<String> DURABLE_WRITES =
            Set.of("AtomicWrite.commit", "LeaderTransaction.commit", "TopologyStore.swap");

    /** The two with which others write know no place; what else they commit, and all that a leadership does, are checks. */
    private static final DescribedPredicate<JavaClass> WRITTEN_WITH =
            named("LeaderTransaction", "TopologyStore", "Leadership");

    private static final ArchRule WRITES_AT_FAULT_POINTS = noClasses()
            .that(not(WRITTEN_WITH))
            .should()
            .accessTargetWhere(DescribedPredicate.describe(
                    "a write to ZooKeeper outside of FaultPoints.around",
                    access -> isDurableWrite(access) && !isHandedToAround(access)))
            .because("a process may die on either side of what outlives it: docs/fault-points.md");

    private static final ArchRule PROGRAMS_IN_REPLICATION = noClasses()
            .that()
            .resideOutsideOfPackage("io.drover.replication..")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(ProcessBuilder.class)
            .orShould()
            .callMethodWhere(DescribedPredicate.describe(
                    "Runtime.exec",
                    call -> call.getTargetOwner().isEquivalentTo(Runtime.class)
                            && call.getName().equals("exec")))
            .because("replication is the only module that starts programs");

    private static final ArchRule TIME_FROM_A_CLOCK = noClasses()
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .because("the time comes from a java.time.Clock, which a test can set");

    private static final ArchRule NO_SLEEPING = noClasses()
            .should()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethod(Thread.class, "sleep", long.class, int.class)
            .because("each module waits in one helper, for a fact and with a limit");

    private static final ArchRule PARKING_IN_HELPERS = noClasses()
            .that(not(WAITING_HELPERS))
            .should()
            .callMethod(LockSupport.class, "parkNanos", long.class)
            .orShould()
            .callMethod(LockSupport.class, "parkNanos", Object.class, long.class)
            .because("each module waits in one helper, for a fact and with a limit");

    private static final ArchRule NO_OLD_DATES = noClasses()
            // of which the JDK's certificates tell the time
            .that(not(named("Certificates")))
            .should()
            .dependOnClassesThat(belongToAnyOf(
                    java.util.Date.class,
                    java.util.Calendar.class,
                    java.text.DateFormat.class,
                    java.text.SimpleDateFormat.class))
            .because("java.time says what is meant");

    private static final ArchRule RESOURCES_ARE_THIN = noClasses()
            .that()
            .resideInAPackage("io.drover.daemon.resources..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.curator..", "io.drover.replication..", "io.drover.daemon.agent..")
            .because("a resource translates HTTP; business code sits in io.drover.daemon.move");

    private static final ArchRule NULL_IS_MARKED = classes()
            .that()
            .resideInAPackage("io.drover..")
            .should(liveInNullMarkedPackages())
            .because("null is a type's business");

    /** Each of these refuses {@link Offender}. */
    @SuppressWarnings("unused") // named by @FieldSource
    private static final List<ArchRule> RULES_OF_ANY_PACKAGE = List.of(
            ZOOKEEPER_BEHIND_ITS_PORT,
            ZOOKEEPER_IN_TOPOLOGY,
            JDBC_IN_REPLICATION,
            PROGRAMS_IN_REPLICATION,
            WRITES_AT_FAULT_POINTS,
            TIME_FROM_A_CLOCK,
            NO_SLEEPING,
            PARKING_IN_HELPERS,
            NO_OLD_DATES);

    @ParameterizedTest
    @ValueSource(strings = {"api", "topology", "fencing", "replication", "client", "daemon"})
    void seesTheClassesOfEveryModule(String module) {
        assertThat(MAIN.that(resideInAPackage("io.drover." + module + ".."))).isNotEmpty();
    }

    @Test
    void modulesKnowEachOtherInOneDirection() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("api")
                .definedBy("io.drover.api..")
                .layer("topology")
                .definedBy("io.drover.topology..")
                .layer("fencing")
                .definedBy("io.drover.fencing..")
                .layer("replication")
                .definedBy("io.drover.replication..")
                .layer("client")
                .definedBy("io.drover.client..")
                .layer("daemon")
                .definedBy("io.drover.daemon..")
                .whereLayer("api")
                .mayNotAccessAnyLayer()
                .whereLayer("topology")
                .mayOnlyAccessLayers("api")
                .whereLayer("fencing")
                .mayOnlyAccessLayers("api", "topology")
                .whereLayer("replication")
                .mayOnlyAccessLayers("api")
                .whereLayer("client")
                .mayOnlyAccessLayers("api", "topology", "fencing")
                .whereLayer("daemon")
                .mayOnlyAccessLayers("api", "topology", "fencing", "replication")
                .check(MAIN);
    }

    @ParameterizedTest
    @FieldSource("RULES_OF_ANY_PACKAGE")
    void mainCodeKeeps(ArchRule rule) {
        rule.check(MAIN);
    }

    @ParameterizedTest
    @FieldSource("RULES_OF_ANY_PACKAGE")
    void aRuleSeesAnOffence(ArchRule rule) {
        JavaClasses offender = new ClassFileImporter().importClasses(Offender.class);

        assertThat(rule.evaluate(offender).hasViolation()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"api", "topology", "fencing", "replication", "client", "daemon"})
    void onlyZkLayoutKnowsThePathOfAZnode(String module) throws IOException {
        Path sources = Path.of("..", module, "src", "main", "java");
        try (Stream<Path> files = Files.walk(sources)) {
            assertThat(files.filter(file -> file.toString().endsWith(".java"))
                            .filter(file -> !file.endsWith("ZkLayout.java")))
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(Files.readString(file)).doesNotContainPattern(ZNODE_PATH));
        }
    }

    @Test
    void topologyWaitsByTheScheduler() {
        WAITING_BY_THE_SCHEDULER.check(MAIN);
    }

    @Test
    void resourcesAreThin() {
        RESOURCES_ARE_THIN.check(MAIN);
    }

    @Test
    void theAgentKnowsPostgresByItsPortOnly() {
        AGENT_KNOWS_THE_PORT_ONLY.check(MAIN);
    }

    @Test
    void theAgentAsksTheSchedulerForTimeAndThreads() {
        AGENT_ASKS_THE_SCHEDULER.check(MAIN);
    }

    @Test
    void theControllerAsksTheSchedulerForTimeAndThreads() {
        MOVES_ASK_THE_SCHEDULER.check(MAIN);
    }

    @Test
    void everyPackageSaysWhereNullMayBe() {
        NULL_IS_MARKED.check(MAIN);
    }

    private static DescribedPredicate<JavaClass> named(String... simpleNames) {
        return DescribedPredicate.or(
                Arrays.stream(simpleNames).map(name -> simpleName(name)).toList());
    }

    private static boolean isDurableWrite(JavaAccess<?> access) {
        return DURABLE_WRITES.contains(access.getTargetOwner().getSimpleName() + "." + access.getName());
    }

    /** As {@code transaction::commit} or in a lambda, by a method that calls {@code FaultPoints.around}. */
    private static boolean isHandedToAround(JavaAccess<?> access) {
        boolean handedOn = access instanceof JavaMethodReference || access.isDeclaredInLambda();
        return handedOn
                && access.getOrigin().getMethodCallsFromSelf().stream()
                        .anyMatch(call -> call.getTargetOwner().isEquivalentTo(FaultPoints.class)
                                && call.getName().equals("around"));
    }

    private static ArchCondition<JavaClass> holdNoMonitor() {
        return new ArchCondition<>("have synchronized methods") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                type.getMethods()
                        .forEach(method -> events.add(new SimpleConditionEvent(
                                method,
                                method.getModifiers().contains(JavaModifier.SYNCHRONIZED),
                                method.getFullName() + " is synchronized")));
            }
        };
    }

    private static ArchCondition<JavaClass> liveInNullMarkedPackages() {
        return new ArchCondition<>("live in a package that is @NullMarked") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean marked = type.getPackage().isAnnotatedWith(NullMarked.class);
                events.add(new SimpleConditionEvent(type, marked, type.getName() + " has no @NullMarked package-info"));
            }
        };
    }

    /** Does all that is forbidden, so that each rule can be seen to fail. */
    @SuppressWarnings("unused") // nothing calls an offence
    private static final class Offender {
        private final CuratorFramework curator;
        private final DataSource source;

        Offender(CuratorFramework curator, DataSource source) {
            this.curator = curator;
            this.source = source;
        }

        Connection connect() throws SQLException {
            return source.getConnection();
        }

        Process start() throws IOException {
            return new ProcessBuilder("true").start();
        }

        Date now() {
            return Date.from(Instant.now());
        }

        void write(LeaderTransaction transaction) {
            transaction.commit();
        }

        void pause() throws InterruptedException {
            Thread.sleep(1);
            LockSupport.parkNanos(1);
        }
    }
}
