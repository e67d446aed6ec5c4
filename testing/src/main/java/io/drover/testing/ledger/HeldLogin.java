/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.testing.ledger;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.SocketFactory;

/**
 * A socket factory for the PostgreSQL driver whose connections stop in the middle of the login until they are let go: the
 * server has a process for them that {@code pg_stat_activity} does not show (H75). Named in the driver's properties
 * {@code socketFactory} and {@code socketFactoryArg}; the argument is the name of the gate.
 */
public final class HeldLogin extends SocketFactory {
    private static final Map<String, HeldLogin.Gate> GATES = new ConcurrentHashMap<>();
    // the startup message is the first, the answer to the server's challenge the second
    private static final int MESSAGES_BEFORE_HOLD = 1;

    // the server gives a login up after authentication_timeout, 60 s
    private static final int SECONDS_HELD = 58;

    private final Gate gate;

    /** Called by the driver. */
    public HeldLogin(String name) {
        this.gate = gate(name);
    }

    /** What connections of one name stop at. */
    public static Gate gate(String name) {
        return GATES.computeIfAbsent(name, key -> new Gate());
    }

    /** Holds logins, then lets them all go. */
    public static final class Gate {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch opened = new CountDownLatch(1);

        /** Whether a login has come to the gate. */
        public boolean isReached() {
            return reached.getCount() == 0;
        }

        /** Lets the logins go on. */
        public void open() {
            opened.countDown();
        }

        private void pass() throws InterruptedIOException {
            reached.countDown();
            try {
                if (!opened.await(SECONDS_HELD, TimeUnit.SECONDS)) {
                    throw new InterruptedIOException("held for too long");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted at the gate");
            }
        }
    }

    @Override
    public Socket createSocket() {
        return new HeldSocket(gate);
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        throw new IOException("the driver connects its sockets itself");
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        return createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return createSocket(host.getHostName(), port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        return createSocket(host.getHostName(), port);
    }

    private static final class HeldSocket extends Socket {
        private final Gate gate;

        HeldSocket(Gate gate) {
            this.gate = gate;
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            return new FilterOutputStream(super.getOutputStream()) {
                private int messages;

                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    if (messages == MESSAGES_BEFORE_HOLD) {
                        gate.pass();
                    }
                    messages++;
                    out.write(bytes, offset, length);
                }
            };
        }
    }
}
