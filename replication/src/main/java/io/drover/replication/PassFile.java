/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.nio.file.Path;

/** A libpq password file (PostgreSQL documentation, The Password File), so that no password stands in a command or a setting. */
public final class PassFile {
    private PassFile() {}

    /** Writes the passwords of drover_repl and drover_rewind, for every host, readable by the owner only. */
    public static void write(Path file, RoleSetup.Passwords passwords) {
        DurableFiles.replace(
                file,
                line(RoleSetup.REPLICATION, passwords.replication()) + line(RoleSetup.REWIND, passwords.rewind()));
    }

    /** The line of one user, for every host and database. */
    public static String line(String user, String password) {
        return "*:*:*:" + escaped(user) + ":" + escaped(password) + "\n";
    }

    private static String escaped(String field) {
        return field.replace("\\", "\\\\").replace(":", "\\:");
    }
}
