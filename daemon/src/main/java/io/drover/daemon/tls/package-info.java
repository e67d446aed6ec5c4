/** Mutual TLS between controllers and agents, and TLS of the REST interface: who is who by certificates of a private CA. */
@NullMarked
package io.drover.daemon.tls;

import org.jspecify.annotations.NullMarked;
