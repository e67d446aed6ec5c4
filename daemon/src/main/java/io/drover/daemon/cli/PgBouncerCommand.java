/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pgbouncer}: named by the contract, not carried out by this version. */
@Command(
        name = "pgbouncer",
        mixinStandardHelpOptions = true,
        description = "Would steer a PgBouncer by the topology. Not supported by this version.")
final class PgBouncerCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE.yml", description = "its configuration")
    private Path file = Path.of("");

    @Override
    public Integer call() {
        throw new DroverException(
                ErrorCode.NOT_SUPPORTED,
                "NOT_SUPPORTED: this version does not steer PgBouncer; " + file + " was not read",
                "use the client kit, or a connection string with several hosts and targetServerType=primary");
    }
}
