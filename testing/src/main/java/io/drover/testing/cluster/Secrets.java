/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

import io.drover.replication.RoleSetup;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * The random secrets of one cluster.
 *
 * @param token bearer token of REST and agents
 * @param drover password of the controllers' role
 * @param replication password of the role for copies and streaming
 * @param rewind password of the role for rewinds
 * @param application password of the application's role
 */
record Secrets(String token, String drover, String replication, String rewind, String application) {
    private static final int BYTES = 24;

    static Secrets random() {
        SecureRandom random = new SecureRandom();
        return new Secrets(text(random), text(random), text(random), text(random), text(random));
    }

    /** Password of the role that canary queries are run as, which the agents make of that of rewinds. */
    String canary() {
        return new RoleSetup.Passwords(drover, replication, rewind).canary();
    }

    @Override
    public String toString() {
        return "Secrets";
    }

    private static String text(SecureRandom random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
