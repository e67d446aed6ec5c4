/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.cluster;

/** One controller of the cluster. */
public record ClusterController(String id, int restPort, int adminPort) {
    static final String HOST = "127.0.0.1";

    /** Address of its REST interface. */
    public String rest() {
        return "http://" + HOST + ":" + restPort;
    }

    /** Address of its admin port. */
    public String admin() {
        return "http://" + HOST + ":" + adminPort;
    }
}
