/** Integration tests against real PostgreSQL, ZooKeeper and Drover processes. */
@NullMarked
package io.drover.testing;

import org.jspecify.annotations.NullMarked;
