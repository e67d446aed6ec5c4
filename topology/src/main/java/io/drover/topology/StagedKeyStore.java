/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands a certificate and its key to ZooKeeper's client, which takes them from one file only. That file is encrypted with a password that
 * is made at random and is nowhere but in this process: what a killed process leaves behind says nothing.
 */
final class StagedKeyStore implements AutoCloseable {
    /** What ZooKeeper calls the form of the file. */
    static final String TYPE = "PKCS12";

    private static final Logger LOG = LoggerFactory.getLogger(StagedKeyStore.class);
    private static final int PASSWORD_BYTES = 32;

    private final PemFiles files;
    private final String password;
    private final Path staged;
    private @Nullable KeyMaterial present;

    /**
     * Reads the files for the first time.
     *
     * @throws IllegalArgumentException when they are not usable
     */
    StagedKeyStore(PemFiles files) {
        this.files = files;
        byte[] random = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(random);
        this.password = HexFormat.of().formatHex(random);
        KeyMaterial.certificates(files.ca());
        KeyMaterial first = KeyMaterial.read(files);
        try {
            this.staged = Files.createTempFile("drover-zookeeper-", ".p12");
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot make a file in the directory for temporary files: " + e, e);
        }
        staged.toFile().deleteOnExit();
        stage(first);
    }

    String password() {
        return password;
    }

    /** The file, with what the certificate and the key are now; while those are not usable, with what they were. */
    synchronized Path current() {
        try {
            KeyMaterial newest = KeyMaterial.read(files);
            if (!newest.equals(present)) {
                stage(newest);
                LOG.info("ZooKeeper is shown the certificate that is in {} now", files.certificate());
            }
        } catch (IllegalArgumentException e) {
            LOG.error("going on with the certificate that ZooKeeper was shown before: {}", e.getMessage());
        }
        return staged;
    }

    private void stage(KeyMaterial material) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            KeyStore store = KeyStore.getInstance(TYPE);
            store.load(null, null);
            store.setKeyEntry(
                    "drover",
                    material.key(),
                    password.toCharArray(),
                    material.chain().toArray(Certificate[]::new));
            store.store(bytes, password.toCharArray());
            // read only by the thread that asks for it
            Files.write(staged, bytes.toByteArray());
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("cannot hand " + files.certificate() + " on in " + staged + ": " + e, e);
        }
        present = material;
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(staged);
        } catch (IOException e) {
            LOG.warn("cannot remove {}", staged, e);
        }
    }
}
