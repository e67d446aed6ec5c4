/** Tests without servers. */
@NullMarked
package io.drover.testing.cluster;

import org.jspecify.annotations.NullMarked;
