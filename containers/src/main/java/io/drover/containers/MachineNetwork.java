/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.containers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Network.Ipam;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Network;

/** A network with addresses that are known beforehand: machines that boot anew would else change theirs. */
public final class MachineNetwork implements Network {
    private final String name;
    private final String prefix;
    private final String id;

    private MachineNetwork(String name, String prefix, String id) {
        this.name = name;
        this.prefix = prefix;
        this.id = id;
    }

    /**
     * Makes the network, or takes the one of this name.
     *
     * @param name its name in the engine
     * @param prefix the first three numbers of its addresses
     */
    public static MachineNetwork open(String name, String prefix) {
        DockerClient client = DockerClientFactory.lazyClient();
        String id = client.listNetworksCmd().withNameFilter(name).exec().stream()
                .filter(network -> network.getName().equals(name))
                .map(com.github.dockerjava.api.model.Network::getId)
                .findFirst()
                .orElseGet(() -> client.createNetworkCmd()
                        .withName(name)
                        .withCheckDuplicate(true)
                        .withIpam(new Ipam().withConfig(new Ipam.Config().withSubnet(prefix + ".0/24")))
                        .withLabels(SystemdNode.LABELS)
                        .exec()
                        .getId());
        return new MachineNetwork(name, prefix, id);
    }

    /** Its name in the engine. */
    public String name() {
        return name;
    }

    /** The address with this last number. */
    public String address(int number) {
        return prefix + "." + number;
    }

    @Override
    public String getId() {
        return id;
    }

    @Override
    public void close() {
        DockerClientFactory.lazyClient().removeNetworkCmd(id).exec();
    }
}
