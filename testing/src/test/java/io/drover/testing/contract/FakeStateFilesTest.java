/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.contract;

import io.drover.daemon.agent.StateFiles;
import io.drover.testing.fake.FakeStateFiles;

/** The state files on a disk that does not exist. */
final class FakeStateFilesTest extends StateFilesContract {
    private final FakeStateFiles files = new FakeStateFiles();

    @Override
    StateFiles open() {
        return files;
    }

    /** What outlives an agent is the object itself. */
    @Override
    StateFiles reopen() {
        return files;
    }

    @Override
    void refuse(String name) {
        files.fillDisk(true);
    }

    @Override
    void allow(String name) {
        files.fillDisk(false);
    }
}
