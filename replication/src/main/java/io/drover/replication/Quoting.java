/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.sql.SQLException;
import org.postgresql.core.Utils;

/** Text in SQL where no parameter can stand (PostgreSQL documentation, Lexical Structure). */
public final class Quoting {
    private Quoting() {}

    /** A quoted string constant. */
    public static String literal(String value) {
        try {
            StringBuilder quoted = new StringBuilder();
            boolean backslash = value.indexOf('\\') >= 0;
            Utils.escapeLiteral(quoted, backslash ? value.replace("\\", "\\\\") : value, true);
            return (backslash ? " E'" : "'") + quoted + "'";
        } catch (SQLException e) {
            throw new DroverException(ErrorCode.INVALID_VALUE, "a value holds a zero byte", null, e);
        }
    }

    /** A quoted name. */
    public static String identifier(String name) {
        if (name.isEmpty() || name.indexOf('\0') >= 0) {
            throw new DroverException(ErrorCode.INVALID_VALUE, "not a name: '" + name + "'");
        }
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
