/** The client kit: a data source that takes part in the fence of its shard. */
@NullMarked
package io.drover.client;

import org.jspecify.annotations.NullMarked;
