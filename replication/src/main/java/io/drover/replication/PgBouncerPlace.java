/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.replication;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the console of one PgBouncer process is reached. Processes that share a TCP port ({@code so_reuseport}) are told apart by their
 * directories of Unix sockets.
 *
 * @param host a host, or the absolute directory of a Unix socket
 */
public record PgBouncerPlace(String host, int port) {
    private static final int CONNECT_MILLIS = 1_000;

    /** Whether somebody listens there. */
    public enum Listening {
        /** Somebody does, and may yet not answer. */
        YES,
        /** Nobody does: the process is gone, and with it every connection that it had. */
        NO,
        /** That cannot be known. */
        UNKNOWN
    }

    /** Whether it is a directory. */
    boolean isLocal() {
        return host.startsWith("/");
    }

    private Path socket() {
        return Path.of(host, ".s.PGSQL." + port);
    }

    /** Looks whether somebody listens there; a refused connection is the kernel's own word that nobody does. */
    public Listening listening() {
        try {
            if (isLocal()) {
                if (!Files.isDirectory(Path.of(host))) {
                    return Listening.UNKNOWN;
                }
                if (!Files.exists(socket())) {
                    return Listening.NO;
                }
                try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                    channel.connect(UnixDomainSocketAddress.of(socket()));
                }
            } else {
                try (Socket tcp = new Socket()) {
                    tcp.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
                }
            }
            return Listening.YES;
        } catch (ConnectException e) {
            // the words are the C library's, which the JDK passes on
            return String.valueOf(e.getMessage()).contains("refused") ? Listening.NO : Listening.UNKNOWN;
        } catch (IOException e) {
            return Listening.UNKNOWN;
        }
    }

    @Override
    public String toString() {
        return isLocal() ? socket().toString() : host + ":" + port;
    }
}
