/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Settings as a stopped server would start with them (PostgreSQL documentation, postgres -C). */
public final class StoppedSettings {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private StoppedSettings() {}

    /**
     * A setting's value.
     *
     * @param serverArgv how the server is started, program name first
     */
    public static String value(PostgresBinaries binaries, Path dataDir, List<String> serverArgv, String name) {
        List<String> argv = new ArrayList<>();
        argv.add(binaries.tool("postgres"));
        for (int i = 1; i < serverArgv.size(); i++) {
            if (serverArgv.get(i).equals("-D")) {
                i++;
            } else if (!serverArgv.get(i).startsWith("-D")) {
                argv.add(serverArgv.get(i));
            }
        }
        argv.addAll(List.of("-D", dataDir.toString(), "-C", name));
        String printed = Commands.run(argv, LIMIT).stdout();
        return printed.endsWith("\n") ? printed.substring(0, printed.length() - 1) : printed;
    }
}
