/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads the caller's token. */
final class Token {
    private Token() {}

    static String read(Path file) {
        try {
            String token = Files.readString(file).lines().findFirst().orElse("").strip();
            if (!token.isEmpty()) {
                return token;
            }
        } catch (IOException e) {
            throw new DroverException(
                    ErrorCode.MALFORMED_REQUEST,
                    "cannot read the token file " + file + ": "
                            + (e instanceof NoSuchFileException ? "there is none" : e.getMessage()),
                    "name a readable file with --token-file or DROVER_TOKEN_FILE",
                    e);
        }
        throw new DroverException(ErrorCode.MALFORMED_REQUEST, "the token file " + file + " is empty");
    }
}
