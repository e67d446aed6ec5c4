/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RecapTest {
    private static final Path LOG = Path.of("00-site.yml.log");
    private static final String HEAD = "TASK [Report] ****\nok: [a]\n\nPLAY RECAP *****\n";
    private static final String QUIET =
            "a                          : ok=95   changed=0    unreachable=0    failed=0    skipped=31   rescued=0    ignored=0   \n";
    private static final String BUSY =
            "b1                         : ok=95   changed=12   unreachable=0    failed=0    skipped=31   rescued=0    ignored=0   \n";

    @Test
    void countsWhatWasChangedOnAllHosts() {
        assertThat(Recap.changed(LOG, HEAD + QUIET + QUIET)).isZero();
        assertThat(Recap.changed(LOG, HEAD + QUIET + BUSY + BUSY + "\nMonday 1 June 2026\n"))
                .isEqualTo(24);
    }

    @Test
    void refusesWhatShowsNothing() {
        assertThatThrownBy(() -> Recap.changed(LOG, "TASK [Report] ****\n" + QUIET))
                .isInstanceOf(AssertionError.class)
                .hasMessage("there is no recap in 00-site.yml.log");
        assertThatThrownBy(() -> Recap.changed(LOG, HEAD + "\n" + QUIET)).hasMessageContaining("names no host");
    }

    @Test
    void refusesAHostOfWhichItIsNotKnown() {
        assertThatThrownBy(() -> Recap.changed(LOG, HEAD + QUIET + "b : is fine\n"))
                .hasMessageEndingWith("00-site.yml.log: b : is fine");
        assertThatThrownBy(() -> Recap.changed(LOG, HEAD + QUIET.replace("failed=0", "failed=1")))
                .isInstanceOf(AssertionError.class);
    }
}
