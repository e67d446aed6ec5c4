/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * Where a client of ZooKeeper has its side of TLS. The files are read at each connecting: renewed ones need no restart.
 *
 * @param certificate the client's own, with those between it and the CA behind it
 * @param key its private key, PKCS #8 without a password
 * @param ca whom servers' certificates have to come from
 */
public record PemFiles(Path certificate, Path key, Path ca) {
    public PemFiles {
        requireNonNull(certificate, "certificate is null");
        requireNonNull(key, "key is null");
        requireNonNull(ca, "ca is null");
    }
}
