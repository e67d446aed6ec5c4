/** Who serves which shard: the layout of the znodes, writes by compare-and-set, watching, leadership, participants. */
@NullMarked
package io.drover.topology;

import org.jspecify.annotations.NullMarked;
