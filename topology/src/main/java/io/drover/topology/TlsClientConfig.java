/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import org.apache.zookeeper.client.ZKClientConfig;

/**
 * What makes a client of ZooKeeper speak TLS and nothing else. Of this client only: other clients in the JVM are an application's own, and
 * system properties of theirs change none of what is set here.
 */
final class TlsClientConfig extends ZKClientConfig implements AutoCloseable {
    private static final String KEY_STORE = "zookeeper.ssl.keyStore.location";
    private static final String PASSWORD = "zookeeper.ssl.keyStore.password";

    private final StagedKeyStore keys;

    /**
     * Reads the files for the first time.
     *
     * @throws IllegalArgumentException when they are not usable
     */
    TlsClientConfig(PemFiles files) {
        this.keys = new StagedKeyStore(files);
        setProperty(SECURE_CLIENT, "true");
        // the only one of ZooKeeper's that can do TLS; it has no way to go on without
        setProperty(ZOOKEEPER_CLIENT_CNXN_SOCKET, "org.apache.zookeeper.ClientCnxnSocketNetty");
        setProperty("zookeeper.ssl.keyStore.type", StagedKeyStore.TYPE);
        setProperty("zookeeper.ssl.trustStore.location", files.ca().toString());
        setProperty("zookeeper.ssl.trustStore.type", "PEM");
        setProperty("zookeeper.ssl.trustStore.password", "");
        setProperty("zookeeper.ssl.keyStore.passwordPath", "");
        setProperty("zookeeper.ssl.trustStore.passwordPath", "");
        setProperty("zookeeper.ssl.hostnameVerification", "true");
        // the JDK compares the host's name then; ZooKeeper's own way may ask DNS whose an address is
        setProperty("zookeeper.fips-mode", "true");
        // it asks DNS for the name of an address, and then the certificate would be compared with what DNS says
        setProperty(ENABLE_CLIENT_SASL_KEY, "false");
        setProperty("zookeeper.ssl.enabledProtocols", "TLSv1.3,TLSv1.2");
    }

    /** ZooKeeper asks for the place of the keys at each connecting. */
    @Override
    public String getProperty(String key) {
        return switch (key) {
            case KEY_STORE -> keys.current().toString();
            case PASSWORD -> keys.password();
            default -> super.getProperty(key);
        };
    }

    @Override
    public String getProperty(String key, String otherwise) {
        String value = getProperty(key);
        return value == null ? otherwise : value;
    }

    @Override
    public void close() {
        keys.close();
    }
}
