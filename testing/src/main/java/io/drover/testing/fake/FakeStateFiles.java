/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fake;

import io.drover.daemon.agent.StateFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What an agent remembers, on a disk that does not exist: what was replaced survives the agent. */
public final class FakeStateFiles implements StateFiles {
    private final Map<String, byte[]> files = new TreeMap<>();
    private boolean full;

    /** From now on nothing can be written, or it can again. */
    public synchronized void fillDisk(boolean isFull) {
        full = isFull;
    }

    @Override
    public synchronized List<String> names() {
        return List.copyOf(files.keySet());
    }

    @Override
    public synchronized byte[] read(String name) throws IOException {
        byte[] content = files.get(name);
        if (content == null) {
            throw new FileNotFoundException(name);
        }
        return content.clone();
    }

    @Override
    public synchronized void replace(String name, byte[] content) throws IOException {
        if (full) {
            throw new IOException("No space left on device");
        }
        files.put(name, content.clone());
    }
}
