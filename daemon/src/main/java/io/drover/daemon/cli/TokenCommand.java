/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.cli;

import io.drover.api.DroverException;
import io.drover.api.ErrorCode;
import io.drover.daemon.access.AccessFile;
import io.drover.daemon.access.Role;
import io.drover.daemon.access.ShardPattern;
import io.drover.daemon.access.TokenDigest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code token}: makes a caller's token. Only its hash is printed; the token itself is in a file that its owner alone can read. */
@Command(
        name = "token",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Makes a token for a caller: writes it to a file, and prints the line for the controllers' access file, which holds"
                    + " only its hash.",
            "Example: bin/drover token alice --role operator=orders_* --role viewer=* --out alice.token"
        })
final class TokenCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "NAME", description = "the caller's name, as the audit log will show it")
    private String name = "";

    @Option(
            names = "--role",
            required = true,
            paramLabel = "ROLE=SHARDS",
            description =
                    "viewer, operator, approver or admin, for shards such as orders_*, several with commas; may be repeated")
    private List<String> roles = List.of();

    @Option(
            names = "--certificate",
            paramLabel = "NAME",
            description = "the caller has to show the certificate of drover://client/NAME, too")
    private @Nullable String certificate;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "file for the token; refused when it exists")
    private Path file = Path.of("");

    @Override
    public Integer call() {
        String token = TokenDigest.newToken(new SecureRandom());
        String line = line(TokenDigest.of(token));
        AccessFile.check("callers:\n" + line);
        write(token);
        if (spec != null) {
            spec.commandLine()
                    .getErr()
                    .println("the token is in " + file + "; add below 'callers:' of the access file:");
            spec.commandLine().getOut().println(line);
        }
        return ExitCode.DONE;
    }

    private String line(String hash) {
        Map<Role, Set<String>> byRole = new EnumMap<>(Role.class);
        roles.forEach(given -> {
            String[] parts = given.split("=", 2);
            Role role = Role.of(parts[0])
                    .orElseThrow(() -> new IllegalArgumentException(
                            "--role " + given + ": there are viewer, operator, approver and admin"));
            if (parts.length == 1) {
                throw new IllegalArgumentException(
                        "--role " + given + ": name the shards, such as " + given + "=orders_*");
            }
            for (String shards : parts[1].split(",", -1)) {
                byRole.computeIfAbsent(role, any -> new LinkedHashSet<>()).add(new ShardPattern(shards).toString());
            }
        });
        String listed = byRole.entrySet().stream()
                .map(each -> each.getKey().text()
                        + each.getValue().stream()
                                .map(shards -> '"' + shards + '"')
                                .collect(Collectors.joining(", ", ": [", "]")))
                .collect(Collectors.joining(", "));
        return "  - {name: \"" + name + "\", token: \"" + hash + "\", "
                + (certificate == null ? "" : "certificate: \"" + certificate + "\", ") + "roles: {" + listed + "}}";
    }

    private void write(String token) {
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, token + "\n", StandardCharsets.US_ASCII);
        } catch (FileAlreadyExistsException e) {
            throw new DroverException(
                    ErrorCode.ALREADY_EXISTS,
                    file + " exists; nothing was written",
                    "name another file with --out, or remove that one when nobody needs its token",
                    e);
        } catch (IOException e) {
            throw new DroverException(
                    ErrorCode.MALFORMED_REQUEST, "cannot write the token to " + file + ": " + e, null, e);
        }
    }
}
