/** A workload that knows afterwards which of its writes were acknowledged, and counts what became of them. */
@NullMarked
package io.drover.testing.ledger;

import org.jspecify.annotations.NullMarked;
