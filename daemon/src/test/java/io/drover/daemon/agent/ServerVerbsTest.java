/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.api.agent.Reports.Done;
import io.drover.api.agent.Reports.Role;
import io.drover.api.agent.Verb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerVerbsTest {
    private static final Verb.DropSlot DROP = new Verb.DropSlot("drover_aaaaaaaa");

    @TempDir
    private Path root;

    private final VerbTable table = new VerbTable();

    @BeforeEach
    void addVerbs() {
        NodeTools tools = Samples.tools(root);
        new ServerVerbs(tools, new InstanceSettings(tools)).addTo(table);
    }

    @Test
    void doesNotCallASlotDroppedOnAServerThatIsOnlyDown() throws IOException {
        InstanceRecord record = Samples.record(Role.PRIMARY, 1, root);
        Files.createDirectories(record.dataDir());

        assertThatExceptionOfType(DroverException.class)
                .isThrownBy(() -> drop(record))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.POSTGRES_UNREACHABLE));
    }

    @Test
    void hasNothingToDropWhereTheDirectoryIsGoneOrNeverStartedAgain() throws IOException {
        assertThat(drop(Samples.record(Role.STANDBY, 1, root))).isNotNull();

        InstanceRecord demoted = Samples.record(Role.DEMOTED, 1, root);
        Files.createDirectories(demoted.dataDir());

        assertThat(drop(demoted)).isNotNull();
    }

    private Done drop(InstanceRecord record) {
        ManagedInstance instance = Samples.managed(root, record);
        return table.rowOf(DROP).body().run(DROP, Samples.call(instance));
    }
}
