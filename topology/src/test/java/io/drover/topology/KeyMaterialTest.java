/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import static io.drover.topology.SelfSigned.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.util.List;
import org.apache.zookeeper.client.ZKClientConfig;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is shown to ZooKeeper's servers, while files are renewed. */
class KeyMaterialTest {
    private static SelfSigned ec;
    private static SelfSigned other;
    private static SelfSigned rsa;

    @TempDir
    Path directory;

    private PemFiles files;

    @BeforeAll
    static void make(@TempDir Path once) throws Exception {
        ec = SelfSigned.make(once, "EC");
        other = SelfSigned.make(once, "EC");
        rsa = SelfSigned.make(once, "RSA");
    }

    @BeforeEach
    void put() throws IOException {
        files = new PemFiles(directory.resolve("my.crt"), directory.resolve("my.key"), directory.resolve("ca.crt"));
        write(ec.certificate(), files.certificate());
        write(ec.key(), files.key());
        write(ec.certificate(), files.ca());
    }

    @Test
    void readsACertificateWithThoseBehindItAndItsKey() throws Exception {
        SelfSigned edwards = SelfSigned.make(directory, "Ed25519");
        for (SelfSigned own : List.of(ec, rsa, edwards)) {
            write(own.certificate() + other.certificate(), files.certificate());
            write("-- of mine --\n" + own.key(), files.key());
            assertThat(KeyMaterial.read(files).chain()).hasSize(2);
        }
    }

    @Test
    void refusesWhatIsNotUsableAndSaysWhich() throws IOException {
        write(rsa.key(), files.key());
        assertThatThrownBy(() -> new TlsClientConfig(files)).hasMessageContaining("none of the certificate's kind");
        write(ec.certificate(), files.key());
        assertThatThrownBy(() -> new TlsClientConfig(files))
                .hasMessageContaining("no private key is in " + files.key());
        write(other.key(), files.key());
        assertThatThrownBy(() -> new TlsClientConfig(files)).hasMessageContaining("does not belong to the certificate");
        write(ec.key(), files.key());
        Files.setPosixFilePermissions(files.key(), PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> new TlsClientConfig(files)).hasMessageContaining("set its mode to 0600");
        write(ec.key(), files.key());
        Files.writeString(files.ca(), "");
        assertThatThrownBy(() -> new TlsClientConfig(files))
                .hasMessageContaining(files.ca().toString());
        write(ec.certificate(), files.ca());
        Files.delete(files.certificate());
        assertThatThrownBy(() -> new TlsClientConfig(files))
                .hasMessageContaining("cannot read the certificate " + files.certificate());
    }

    @Test
    void showsWhatIsThereAtEachConnectingAndTheLastGoodPairMeanwhile() throws Exception {
        try (TlsClientConfig config = new TlsClientConfig(files)) {
            assertThat(shown(config)).isEqualTo("EC");
            write(rsa.certificate(), files.certificate());
            assertThat(shown(config)).as("the key is still the old one's").isEqualTo("EC");
            write(rsa.key(), files.key());
            assertThat(shown(config)).isEqualTo("RSA");
            Files.delete(files.key());
            assertThat(shown(config)).isEqualTo("RSA");
        }
    }

    /** As ZooKeeper's client does. */
    private static String shown(ZKClientConfig config) throws Exception {
        Path file = Path.of(config.getProperty("zookeeper.ssl.keyStore.location", ""));
        char[] password = config.getProperty("zookeeper.ssl.keyStore.password").toCharArray();
        KeyStore store = KeyStore.getInstance(config.getProperty("zookeeper.ssl.keyStore.type"));
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, password);
        }
        String alias = store.aliases().nextElement();
        assertThat(store.getKey(alias, password)).isNotNull();
        return store.getCertificate(alias).getPublicKey().getAlgorithm();
    }

    @Test
    void whatIsHandedOnIsPrivateEncryptedAndGoneAtTheEnd() throws Exception {
        Path staged;
        try (TlsClientConfig config = new TlsClientConfig(files)) {
            staged = Path.of(config.getProperty("zookeeper.ssl.keyStore.location"));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(staged)))
                    .isEqualTo("rw-------");
            KeyStore store = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(staged)) {
                assertThatThrownBy(() -> store.load(in, new char[0])).isInstanceOf(IOException.class);
            }
        }
        assertThat(staged).doesNotExist();
    }

    @Test
    void whatAnotherClientInTheJvmIsSetToChangesNothing() {
        System.setProperty("zookeeper.ssl.hostnameVerification", "false");
        System.setProperty("zookeeper.client.secure", "false");
        System.setProperty("zookeeper.ssl.keyStore.passwordPath", "/nowhere");
        try (TlsClientConfig config = new TlsClientConfig(files)) {
            assertThat(config.getBoolean("zookeeper.ssl.hostnameVerification")).isTrue();
            assertThat(config.getBoolean("zookeeper.client.secure")).isTrue();
            assertThat(config.getBoolean("zookeeper.fips-mode")).isTrue();
            assertThat(config.getBoolean("zookeeper.sasl.client")).isFalse();
            assertThat(config.getProperty("zookeeper.ssl.keyStore.passwordPath"))
                    .isEmpty();
        } finally {
            System.clearProperty("zookeeper.ssl.hostnameVerification");
            System.clearProperty("zookeeper.client.secure");
            System.clearProperty("zookeeper.ssl.keyStore.passwordPath");
        }
    }
}
