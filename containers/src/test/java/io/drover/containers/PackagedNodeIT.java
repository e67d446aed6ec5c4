/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Debian package on a machine that boots systemd: what is installed, started, upgraded and taken away, and who lives through it. */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class PackagedNodeIT {
    private static final List<String> DAEMONS = List.of("drover-agent", "drover-controller");
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private static SystemdNode node;
    private static PackagedNode packaged;

    @BeforeAll
    static void setUp() throws IOException {
        node = SystemdNode.boot("bookworm", "node-a");
        packaged = new PackagedNode(node);
        packaged.install();
        nothingStartsWithoutItsConfiguration();
        packaged.installSurroundings();
        packaged.configure();
        packaged.startDaemons();
        packaged.makeShard();
    }

    /** Part of the way there: afterwards it is configured. */
    private static void nothingStartsWithoutItsConfiguration() {
        for (String unit : List.of("drover-agent", "drover-controller", "drover-pgbouncer")) {
            assertThat(property(unit, "ActiveState"))
                    .as("%s after its installation", unit)
                    .isEqualTo("inactive");
            assertThat(property(unit, "UnitFileState"))
                    .as("%s after its installation", unit)
                    .isEqualTo("disabled");
            node.run("systemctl start " + unit);
            assertThat(property(unit, "ActiveState"))
                    .as("%s when it is started", unit)
                    .isEqualTo("inactive");
            assertThat(property(unit, "ConditionResult"))
                    .as("%s when it is started", unit)
                    .isEqualTo("no");
        }
    }

    @AfterAll
    static void tearDown() throws IOException {
        if (node != null) {
            node.saveJournal(Path.of(System.getProperty("evidence.directory")));
            node.close();
        }
    }

    @Test
    void daemonsRunAsTheirUsersAndServe() {
        assertThat(node.run("ps -o user= -p " + mainPid("drover-controller"))).isEqualTo("drover");
        assertThat(node.run("ps -o user= -p " + mainPid("drover-agent"))).isEqualTo("postgres");
        assertThat(node.run(PackagedNode.drover("shards"))).contains(PackagedNode.SHARD, "SERVING", "node_a");
        assertThat(node.run("systemctl is-system-running")).isEqualTo("running");
        assertThat(node.run("cat /proc/%s/cgroup".formatted(postmaster())))
                .as("the agent has started it")
                .contains("drover-agent.service");
    }

    @Test
    void postgresOutlivesItsAgent() {
        try (Beat beat = Beat.start(node)) {
            String postmaster = postmaster();
            String agent = mainPid("drover-agent");

            node.run(LIMIT, "systemctl restart drover-agent");
            packaged.awaitService();

            assertThat(mainPid("drover-agent")).isNotEqualTo(agent);
            assertThat(postmaster()).isEqualTo(postmaster);
            beat.assertUndisturbed();

            node.run("kill -KILL " + mainPid("drover-agent"));
            packaged.awaitService();
            assertThat(postmaster()).isEqualTo(postmaster);
            beat.assertUndisturbed();
        }
    }

    @Test
    void anUpgradeRestartsTheDaemonsAndNotPostgres() {
        try (Beat beat = Beat.start(node)) {
            String postmaster = postmaster();
            List<String> daemons = DAEMONS.stream().map(PackagedNodeIT::mainPid).toList();

            packaged.upgrade("99.0");
            packaged.awaitService();

            assertThat(node.run("dpkg-query -W -f '${Version} ${Status}' drover"))
                    .isEqualTo("99.0 install ok installed");
            assertThat(DAEMONS)
                    .allSatisfy(
                            unit -> assertThat(property(unit, "ActiveState")).isEqualTo("active"));
            assertThat(DAEMONS.stream().map(PackagedNodeIT::mainPid)).doesNotContainAnyElementsOf(daemons);
            assertThat(property("drover-pgbouncer", "ActiveState")).isEqualTo("inactive");
            assertThat(postmaster()).isEqualTo(postmaster);
            beat.assertUndisturbed();
        }
    }

    @Test
    void aPurgeLeavesPostgresAndDataAndConfiguration() throws IOException {
        try (Beat beat = Beat.start(node)) {
            String postmaster = postmaster();
            String left = "find /etc/drover /var/lib/drover/agent %s/PG_VERSION | sort".formatted(PackagedNode.DATA);
            String configuration = "sha256sum /etc/drover/*";
            String sums = node.run(configuration);
            assertThat(node.run(left)).contains("/etc/drover/agent.token", "/var/lib/drover/agent/", "PG_VERSION");

            node.run(LIMIT, "apt-get -qq purge -y drover");

            assertThat(node.succeeds(
                            "test -e /usr/bin/drover || test -e /usr/share/drover || pgrep -f '[i]o.drover.daemon'"))
                    .as("something of the package is left")
                    .isFalse();
            // it ends with 1 when there are none
            assertThat(node.run("systemctl list-unit-files 'drover-*' --no-legend || true"))
                    .isEmpty();
            assertThat(node.run(configuration)).isEqualTo(sums);
            assertThat(node.run("id -un postgres drover")).isEqualTo("postgres\ndrover");
            assertThat(postmaster()).isEqualTo(postmaster);
            beat.assertUndisturbed();

            packaged.install();
            packaged.startDaemons();
            packaged.awaitService();
            assertThat(postmaster()).isEqualTo(postmaster);
            beat.assertUndisturbed();
        }
    }

    @Test
    void everythingIsThereAgainAfterAReboot() {
        node.run(PackagedNode.psql("create table if not exists kept (a int); insert into kept values (7)"));
        String rows = node.run(PackagedNode.psql("select count(*) from kept"));

        node.reboot();
        packaged.awaitService();

        assertThat(node.run(PackagedNode.psql("select count(*) from kept"))).isEqualTo(rows);
        node.await("the controller leads again", LIMIT, PackagedNode.drover("shards") + " | grep SERVING");
    }

    @Test
    void theManualCanBeReadAndBashCompletes() {
        assertThat(node.run("MANPAGER=cat MANWIDTH=100 man drover")).contains("SYNOPSIS", "drover-move");
        assertThat(node.run("MANPAGER=cat MANWIDTH=100 man drover-move")).contains("--dry-run");
        assertThat(node.run("""
                        . /usr/share/bash-completion/bash_completion
                        set +eu
                        _completion_loader drover
                        COMP_WORDS=(drover top) COMP_CWORD=1 COMP_LINE='drover top' COMP_POINT=10
                        _complete_drover
                        printf '%s\\n' "${COMPREPLY[@]}"
                        """)).contains("topology");
    }

    /** systemd's own measure, from 0 (nothing is left to attack) to 10; docs/packages.md names the figures. */
    @ParameterizedTest
    @CsvSource({"drover-controller, 1.5", "drover-agent, 3.5", "drover-pgbouncer, 1.9"})
    void unitsAreExposedNoMoreThanTheyHaveTo(String unit, double limit) {
        String rating = node.run("systemd-analyze security --no-pager %s.service | tail -n 1".formatted(unit));
        assertThat(Double.parseDouble(rating.replaceAll(".*: ([0-9.]+) .*", "$1")))
                .as(rating)
                .isLessThanOrEqualTo(limit);
    }

    private static String postmaster() {
        return node.run("head -n 1 %s/postmaster.pid".formatted(PackagedNode.DATA));
    }

    private static String mainPid(String unit) {
        return property(unit, "MainPID");
    }

    private static String property(String unit, String name) {
        return node.run("systemctl show --value -p %s %s".formatted(name, unit));
    }
}
