/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.daemon.tls;

import org.eclipse.jetty.io.ssl.SslHandshakeListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A line for each handshake that failed: who is refused before HTTP begins gets no answer that could say why. */
final class HandshakeLog implements SslHandshakeListener {
    private static final Logger LOG = LoggerFactory.getLogger(HandshakeLog.class);

    @Override
    public void handshakeFailed(Event event, Throwable failure) {
        LOG.warn(
                "no TLS connection with {}, nothing was done: {}",
                event.getSSLEngine().getPeerHost(),
                TlsFault.text(failure));
    }
}
