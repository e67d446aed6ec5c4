/** TLS of the daemons, over real sockets. */
@NullUnmarked
package io.drover.testing.tls;

import org.jspecify.annotations.NullUnmarked;
