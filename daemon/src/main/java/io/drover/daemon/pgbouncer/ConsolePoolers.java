/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.pgbouncer;

import io.drover.replication.PgBouncer;
import io.drover.replication.PgBouncerConsole;
import io.drover.replication.PgBouncerPlace;
import io.drover.replication.PgBouncerPlace.Listening;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Processes on this machine and others. */
final class ConsolePoolers implements Poolers {
    private final PgBouncerConsole.Login login;

    ConsolePoolers(PgBouncerConsole.Login login) {
        this.login = login;
    }

    @Override
    public PgBouncer open(PgBouncerPlace place) {
        return PgBouncerConsole.open(place, login);
    }

    @Override
    public Listening listening(PgBouncerPlace place) {
        return place.listening();
    }

    /** What cannot be looked up counts as the same: nobody is cut off because of a name server. */
    @Override
    public boolean isSame(String address, String host) {
        if (address.equals(host)) {
            return true;
        }
        try {
            InetAddress wanted = InetAddress.getByName(address);
            return Arrays.asList(InetAddress.getAllByName(host)).contains(wanted);
        } catch (UnknownHostException e) {
            return true;
        }
    }
}
