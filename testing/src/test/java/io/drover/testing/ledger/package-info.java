/** Tests without servers. */
@NullMarked
package io.drover.testing.ledger;

import org.jspecify.annotations.NullMarked;
