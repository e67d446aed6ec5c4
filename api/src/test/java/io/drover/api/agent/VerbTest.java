/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.api.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.api.Lsn;
import org.junit.jupiter.api.Test;

class VerbTest {
    @Test
    void itsAddressIsItsNameWithHyphens() {
        assertThat(new Verb.Unseal().path()).isEqualTo("unseal");
        assertThat(new Verb.CreateSlot("s").path()).isEqualTo("create-slot");
        assertThat(new Verb.ArchiveUpTo(1, new Lsn(0)).path()).isEqualTo("archive-up-to");
        assertThat(new Verb.SetRewindLogin(true).path()).isEqualTo("set-rewind-login");
    }
}
