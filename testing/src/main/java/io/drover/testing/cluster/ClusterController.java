/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

/**
 * A controller of the cluster.
 *
 * @param tls whether its REST interface speaks TLS
 */
public record ClusterController(String id, String host, int restPort, int adminPort, boolean tls) {
    static final String LOOPBACK = "127.0.0.1";

    /** Address of its REST interface. */
    public String rest() {
        return (tls ? "https://" : "http://") + host + ":" + restPort;
    }

    /** Address of its admin port. */
    public String admin() {
        return "http://" + host + ":" + adminPort;
    }
}
