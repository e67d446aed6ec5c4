/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The server's programs of one version.
 *
 * @param binDir directory of {@code postgres}, {@code initdb} and the others
 */
public record PostgresBinaries(Path binDir) {
    private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) (\\d+)(?:\\.(\\d+))?");
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int MAJOR = 10_000;

    /**
     * Path of a program.
     *
     * @throws DroverException when it is not there
     */
    public String tool(String name) {
        Path path = binDir.resolve(name);
        if (!Files.isExecutable(path)) {
            throw new DroverException(
                    ErrorCode.POSTGRES_FAILED,
                    "there is no program " + path,
                    "name the directory of PostgreSQL's server programs in the agent's configuration");
        }
        return path.toString();
    }

    /** Version of the programs as a number, such as 150018, the form of {@code server_version_num}. */
    public int version() {
        return parseVersion(
                Commands.run(List.of(tool("postgres"), "--version"), LIMIT).stdout());
    }

    /** The major version, such as 15. */
    public int majorVersion() {
        return version() / MAJOR;
    }

    static int parseVersion(String text) {
        Matcher matcher = VERSION.matcher(text);
        if (!matcher.find()) {
            throw new DroverException(ErrorCode.POSTGRES_FAILED, "not a version of PostgreSQL: '" + text.strip() + "'");
        }
        String minor = matcher.group(2);
        return Integer.parseInt(matcher.group(1)) * MAJOR + (minor == null ? 0 : Integer.parseInt(minor));
    }
}
