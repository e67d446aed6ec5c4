/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

/** One session that writes a row every 50 ms, in a unit of its own: it ends at its first error. */
final class Beat implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String UNIT = "beat";

    private final SystemdNode node;

    private Beat(SystemdNode node) {
        this.node = node;
    }

    static Beat start(SystemdNode node) {
        node.run(PackagedNode.psql("truncate beat"));
        node.run("""
                systemd-run --quiet --unit %s --uid postgres bash -c '
                  while sleep 0.05; do echo "insert into beat default values;"; done |
                    psql -X -q -v ON_ERROR_STOP=1 -h /var/lib/drover/%s/socket -p 5433 app'
                """.formatted(UNIT, PackagedNode.SHARD));
        Beat beat = new Beat(node);
        beat.assertUndisturbed();
        return beat;
    }

    /** The session from the beginning still writes. */
    void assertUndisturbed() {
        String rows = rows();
        node.await(
                "another row is written after row " + rows,
                LIMIT,
                "[ \"$(" + PackagedNode.psql("select count(*) > " + rows + " from beat") + ")\" = t ]");
        assertThat(node.run(PackagedNode.psql("select count(distinct server) from beat")))
                .as("sessions of the writer")
                .isEqualTo("1");
        assertThat(node.run("systemctl is-active " + UNIT)).isEqualTo("active");
    }

    private String rows() {
        return node.run(PackagedNode.psql("select count(*) from beat"));
    }

    @Override
    public void close() {
        node.run("systemctl stop " + UNIT);
    }
}
