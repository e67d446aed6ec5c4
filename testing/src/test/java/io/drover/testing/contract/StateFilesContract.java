/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.drover.daemon.agent.StateFiles;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an agent relies on when it remembers something. */
abstract class StateFilesContract {
    private static final String NAME = "7300000000000000001.json";
    private static final String ANOTHER = "7300000000000000002.json";
    private static final int MANY = 300_000;

    private StateFiles files;

    /** Where nothing has been kept yet. */
    abstract StateFiles open() throws IOException;

    /** The same files, for an agent that begins again. */
    abstract StateFiles reopen();

    /** From now on a file cannot be replaced. */
    abstract void refuse(String name) throws IOException;

    /** It can again. */
    abstract void allow(String name) throws IOException;

    @BeforeEach
    final void begin() throws IOException {
        files = open();
    }

    private void replace(String name, String text) throws IOException {
        files.replace(name, text.getBytes(UTF_8));
    }

    private String text(String name) throws IOException {
        return new String(files.read(name), UTF_8);
    }

    @Test
    final void areNoneAtFirst() {
        assertThat(files.names()).isEmpty();
    }

    @Test
    final void whatIsMissingCannotBeRead() throws IOException {
        replace(ANOTHER, "there");

        assertThatIOException().isThrownBy(() -> files.read(NAME));
    }

    @Test
    final void holdWhatTheyWereReplacedWithLast() throws IOException {
        replace(NAME, "the first, which is longer");
        assertThat(text(NAME)).isEqualTo("the first, which is longer");

        replace(NAME, "the second");
        assertThat(text(NAME)).isEqualTo("the second");

        replace(NAME, "");
        assertThat(text(NAME)).isEmpty();
    }

    @Test
    final void holdAnyBytes() throws IOException {
        byte[] content = new byte[MANY];
        for (int i = 0; i < MANY; i++) {
            content[i] = (byte) (i * 31 >> 3);
        }

        files.replace(NAME, content);

        assertThat(files.read(NAME)).isEqualTo(content);
    }

    @Test
    final void areListedByNameEachOnce() throws IOException {
        replace(NAME, "one");
        replace(ANOTHER, "other");
        replace(NAME, "again");

        assertThat(files.names()).containsExactlyInAnyOrder(NAME, ANOTHER);
        assertThat(text(NAME)).isEqualTo("again");
        assertThat(text(ANOTHER)).isEqualTo("other");
    }

    @Test
    final void outliveTheAgent() throws IOException {
        replace(NAME, "remembered");

        files = reopen();

        assertThat(files.names()).containsExactly(NAME);
        assertThat(text(NAME)).isEqualTo("remembered");
    }

    @Test
    final void doNotChangeWithTheArraysOfWhoeverWroteOrReadThem() throws IOException {
        byte[] written = "kept".getBytes(UTF_8);
        files.replace(NAME, written);
        written[0] = 'x';
        files.read(NAME)[0] = 'y';

        assertThat(text(NAME)).isEqualTo("kept");
    }

    @Test
    final void oneThatCannotBeReplacedHoldsWhatItHeldAndIsReplacedLater() throws IOException {
        replace(NAME, "old");
        refuse(NAME);

        assertThatIOException().isThrownBy(() -> replace(NAME, "new"));
        assertThat(files.names()).containsExactly(NAME);
        assertThat(text(NAME)).isEqualTo("old");
        files = reopen();
        assertThat(text(NAME)).isEqualTo("old");

        allow(NAME);
        replace(NAME, "newer");
        assertThat(text(NAME)).isEqualTo("newer");
    }

    @Test
    final void oneThatCouldNeverBeReplacedIsNotThere() throws IOException {
        refuse(NAME);

        assertThatIOException().isThrownBy(() -> replace(NAME, "new"));

        assertThat(files.names()).isEmpty();
        assertThatIOException().isThrownBy(() -> files.read(NAME));
    }
}
