/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

/** A controller of the cluster. */
public record ClusterController(String id, String host, int restPort, int adminPort) {
    static final String LOOPBACK = "127.0.0.1";

    /** Address of its REST interface. */
    public String rest() {
        return "http://" + host + ":" + restPort;
    }

    /** Address of its admin port. */
    public String admin() {
        return "http://" + host + ":" + adminPort;
    }
}
