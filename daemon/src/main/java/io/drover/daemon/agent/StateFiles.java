/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.agent;

import java.io.IOException;
import java.util.List;

/** Where an agent keeps what it must remember: files by name, in one directory. */
public interface StateFiles {
    /** The names of all files that have been replaced to their end, in any order. */
    List<String> names();

    /**
     * What a file holds.
     *
     * @throws IOException also when there is no such file
     */
    byte[] read(String name) throws IOException;

    /**
     * Replaces a file; a power loss leaves the old content or the new. Returns when that is on disk.
     *
     * @throws IOException when that is not certain, as on a full disk, which leaves the old content
     */
    void replace(String name, byte[] content) throws IOException;
}
