/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.fault;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What stands in the data directories of a node when a move has ended: in the one that serves, and in copies that were set aside. What
 * may stay where is said in docs/settings.md.
 */
final class KeptDirectories {
    private static final String DATA = "data";
    private static final String STANDBY = "standby.signal";
    /** A file that was being replaced. */
    private static final String DRAFT = ".drover-new";

    private final Map<String, String> world;
    private final Path dataRoot;
    private final Serves serves;
    private final StoredSettings before;
    private final List<String> found = new ArrayList<>();

    private KeptDirectories(Map<String, String> world, Path dataRoot, Serves serves, StoredSettings before) {
        this.world = world;
        this.dataRoot = dataRoot;
        this.serves = serves;
        this.before = before;
    }

    /** As what the node's data directory serves. */
    enum Serves {
        PRIMARY,
        STANDBY,
        NOTHING
    }

    /**
     * What should not be there, or is missing.
     *
     * @param world as {@link io.drover.testing.cluster.WorldSnapshot} tells it
     * @param before of the shard's primary before the move
     */
    static List<String> wrong(Map<String, String> world, Path dataRoot, Serves serves, StoredSettings before) {
        KeptDirectories directories = new KeptDirectories(world, dataRoot, serves, before);
        world.keySet().stream()
                .filter(name -> name.startsWith("directory "))
                .map(name -> Path.of(name.substring("directory ".length())))
                .filter(directory -> directory.startsWith(dataRoot) && !directory.equals(dataRoot))
                .filter(directory -> directory.getFileName().toString().startsWith(DATA))
                .forEach(directories::look);
        return directories.found;
    }

    private void look(Path directory) {
        Serves as = directory.getFileName().toString().equals(DATA) ? serves : Serves.NOTHING;
        note(has(directory, "recovery.signal"), directory.resolve("recovery.signal"), "");
        if (as == Serves.PRIMARY) {
            note(has(directory, STANDBY), directory.resolve(STANDBY), " of the primary");
            // taken back with the slot of the copy that it was for
            note(has(directory, "drover_pg_hba.conf"), directory.resolve("drover_pg_hba.conf"), " of the primary");
            world.keySet().stream()
                    .filter(name -> name.startsWith("in a data directory " + directory + "/") && name.endsWith(DRAFT))
                    .forEach(found::add);
            // its settings are asked of the server
            return;
        }
        note(as == Serves.STANDBY && !has(directory, STANDBY), directory.resolve(STANDBY), " is missing");
        Path altered = directory.resolve(StoredSettings.ALTERED);
        List<String> strangers =
                before.strangersAmong(StoredSettings.altered(world.getOrDefault("file " + altered, "")));
        note(!strangers.isEmpty(), altered, ": " + strangers);
    }

    private boolean has(Path directory, String file) {
        return world.containsKey("file " + directory.resolve(file));
    }

    private void note(boolean wrong, Path file, String how) {
        if (wrong) {
            found.add(dataRoot.getFileName() + ": " + dataRoot.relativize(file) + how);
        }
    }
}
